"""``planner-tui guide``: what an agent needs to work with the plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.command_line.output import answer, confirm, json_option, told

if TYPE_CHECKING:
    from tui.marked_section import Marked

FILE = "AGENTS.md"
"""What agents read before they work in a repository."""


@click.command()
@click.option("--install", is_flag=True, help=f"Write it as a section of the repository's {FILE}.")
@click.option(
    "--repository",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="PATH",
    help="The repository to install it in. Default: the one you are in.",
)
@click.option("--yes", is_flag=True, help="Install it without asking.")
@json_option
def guide(install: bool, repository: Path | None, yes: bool, as_json: bool) -> None:
    """Print what an agent needs to work with the plan: commands, actions, names, answers, runs.

    --install writes it into AGENTS.md, between two marks; installing again brings what is between
    them up to date and touches nothing else.

    \b
    Examples:
      planner-tui guide
      planner-tui guide --install --repository . --yes
    """
    from tui.guide import guide as written

    if not install:
        if repository is not None or yes:
            raise click.UsageError("--repository and --yes are about --install; say that, too.")
        answer({"guide": written()}, written(), as_json=as_json)
        return
    with told(as_json):
        _install(repository, written("##"), yes=yes, as_json=as_json)


def _install(repository: Path | None, text: str, *, yes: bool, as_json: bool) -> None:
    """Write the guide into the repository's file, after asking."""
    from planner.errors import Refused
    from planner.exporters.writing import write_file
    from tui.marked_section import with_section

    folder = (_repository() if repository is None else repository).resolve()
    file = folder / FILE

    def planned() -> Marked:
        if not file.resolve().is_relative_to(folder):
            raise Refused(
                f"{file} is a link that leads out of the repository; nothing was written."
            )
        try:
            before = file.read_bytes() if file.is_symlink() or file.exists() else None
            return with_section(before, text)
        except OSError as error:
            raise Refused(
                f"{file} can't be read: {error.strerror}. Nothing was written."
            ) from error
        except Refused as refusal:
            raise Refused(f"{file}: {refusal} Nothing was written.") from refusal

    now = planned()
    lines = text.count("\n")
    asks = {
        "made": f"{file} is made, with a section of {lines} lines.",
        "added": f"{file} gets a section of {lines} lines at its end; all else stays as it is.",
        "updated": f"The section of planner-tui in {file} is written anew; all else stays as it is.",
    }
    if now.state in asks:
        confirm(asks[now.state], yes, as_json)
        now = planned()  # somebody may have written to it while we asked
        write_file(file, [now.content])
    says = {
        "made": f"Made {file} with the guide.",
        "added": f"Added the guide to {file}.",
        "updated": f"Brought the guide in {file} up to date.",
        "unchanged": f"The guide in {file} is up to date.",
    }
    answer({"file": str(file), "state": now.state}, says[now.state], as_json=as_json)


def _repository() -> Path:
    """Return the root of the repository we are in."""
    from planner.errors import Refused

    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    raise Refused(f"{here} is in no git repository. Say which one with --repository PATH.")

"""``planner-tui export``: a plan written down in another form.

A format is a line in ``FORMATS``; its module is imported when it is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

from tui.command_line.output import Group, answer, fail, json_option
from tui.command_line.where import Where, project_option, where_option


class Format(NamedTuple):
    """A format that a project can be exported to.

    ``write`` is a function of ``module`` that takes the store and a ``Project`` and yields the text,
    or the bytes, piece by piece. ``words`` say what is exported, and ``example`` is a file as one may
    be called. What ``is_text`` is not goes to no terminal and into no JSON.
    """

    module: str
    write: str
    words: str
    example: str
    is_text: bool = True


FORMATS = {
    "csv": Format(
        "planner.exporters.csv", "export_csv", "Export cards as CSV, for spreadsheets.", "plan.csv"
    ),
    "html": Format(
        "tui.pictures.html",
        "export_html",
        "Export the whole map as a page to read, search and print.",
        "plan.html",
    ),
    "json": Format(
        "planner.exporters.json", "export_json", "Export all of a project as JSON.", "plan.json"
    ),
    "markdown": Format(
        "planner.exporters.markdown",
        "export_markdown",
        "Export the map as a Markdown outline.",
        "plan.md",
    ),
    "png": Format(
        "tui.pictures.png",
        "export_png",
        "Export the whole map as a PNG picture.",
        "plan.png",
        is_text=False,
    ),
    "svg": Format(
        "tui.pictures.svg", "export_svg", "Export the whole map as an SVG picture.", "plan.svg"
    ),
}
"""Every format by its name."""


class Formats(Group):
    """A command for each of ``FORMATS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every format."""
        return sorted(FORMATS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command that exports to a format, or None where there is none."""
        made = FORMATS.get(cmd_name)
        return None if made is None else _command(cmd_name, made)


@click.group(cls=Formats, name="export")
def export_group() -> None:
    """Write a project down in another form, to standard output or a file.

    A file that is there already is replaced once the new one is whole.

    \b
    Examples:
      planner-tui --db plan.db export csv plan.csv
      planner-tui --db plan.db export markdown
    """


def _command(name: str, made: Format) -> click.Command:
    """Make the command that exports to one format."""

    @click.command(
        name,
        help=f"{made.words} To FILE, or to standard output.\n\n"
        f"\b\nExample:\n  planner-tui --db plan.db export {name} {made.example}",
        short_help=made.words,
    )
    @click.argument(
        "file", required=False, type=click.Path(path_type=Path, allow_dash=True), metavar="[FILE]"
    )
    @project_option
    @json_option
    @where_option
    def command(where: Where, file: Path | None, as_json: bool) -> None:
        run_export(where, made, file, as_json=as_json)

    return command


def run_export(where: Where, made: Format, file: Path | None, *, as_json: bool) -> None:
    """Export the project to a file or to standard output, and say what came of it."""
    from planner.exporters.writing import collected, reason, write_file

    write: Callable[..., Iterable[str | bytes]] = getattr(import_module(made.module), made.write)
    to_file = file is not None and str(file) != "-"
    if not made.is_text and not to_file and (as_json or sys.stdout.isatty()):
        fail(
            f"This is no text. Name a file for it, such as {made.example}.", "refused", {}, as_json
        )
    with where.plan(as_json) as (db, project), db.view():
        pieces = write(db, project)
        if file is not None and to_file:
            size = write_file(file, pieces)
            words = f"Exported “{project.name}” to {file}."
            data = {"project": project.name, "file": str(file), "bytes": size}
            answer(data, words, as_json=as_json)
        elif as_json:
            text = b"".join(collected(pieces)).decode()
            answer({"project": project.name, "content": text}, "", as_json=True)
        else:
            out = sys.stdout.buffer
            try:
                for piece in collected(pieces):
                    out.write(piece)
                out.flush()
            except BrokenPipeError:  # who reads has seen enough: click ends quietly
                raise
            except OSError as error:
                fail(f"Standard output can't be written: {reason(error)}.")

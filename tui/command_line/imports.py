"""``planner-tui import``: a plan made elsewhere.

A format is a line in ``FORMATS``; its module is imported when it is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

from tui.command_line.output import Group, answer, fail, json_option, told
from tui.command_line.where import Where, project_option, where_option


class Format(NamedTuple):
    """A format that can be imported.

    ``read`` is a function of ``planner/importers/<module>.py`` that takes a path (or, when
    standard input may be read, its bytes) and returns a ``Source``. ``words`` say what is
    imported, and ``example`` is a source as one may be called. ``bring`` is the module below
    ``planner/importers`` and its function that takes what was read, ``report`` the module below ``tui``
    that puts what it returns into words.
    """

    module: str
    read: str
    source: str
    words: str
    example: str
    stdin: bool = True
    bring: tuple[str, str] = ("importing", "import_plan")
    report: str = "import_words"


FORMATS = {
    "backlog": Format(
        "backlog",
        "read_backlog",
        "DIR",
        "Import the Backlog.md folder DIR.",
        "path/to/repository",
        stdin=False,
    ),
    "beads": Format(
        "beads",
        "read_beads",
        "FILE",
        "Import the issues of Beads from the JSON lines in FILE.",
        ".beads/issues.jsonl",
    ),
    "csv": Format("csv", "read_csv", "FILE", "Import cards from the CSV file FILE.", "plan.csv"),
    "github": Format(
        "github",
        "read_github",
        "FILE",
        "Import GitHub issues from FILE, which gh issue list --json wrote.",
        "issues.json",
    ),
    "dossier": Format(
        "dossier",
        "read_dossier",
        "FILE",
        "Import the projects of the SQLite database FILE, or the one that --project names.",
        "dossier.db",
        stdin=False,
        bring=("dossier", "import_dossier"),
        report="rows_words",
    ),
    "json": Format(
        "json",
        "read_json",
        "FILE",
        "Import all of a project from the JSON document FILE.",
        "plan.json",
        bring=("restoring", "import_documents"),
        report="rows_words",
    ),
    "markdown": Format(
        "markdown", "read_markdown", "FILE", "Import the Markdown outline FILE.", "plan.md"
    ),
    "taskwarrior": Format(
        "taskwarrior",
        "read_taskwarrior",
        "FILE",
        "Import Taskwarrior's tasks from FILE, which task export wrote.",
        "tasks.json",
    ),
    "trello": Format(
        "trello",
        "read_trello",
        "FILE",
        "Import a Trello board from its JSON export FILE.",
        "board.json",
    ),
}
"""Every format by its name."""


class Formats(Group):
    """A command for each of ``FORMATS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every format."""
        return sorted(FORMATS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command that imports a format, or None where there is none."""
        made = FORMATS.get(cmd_name)
        return None if made is None else _command(cmd_name, made)


@click.group(cls=Formats, name="import")
def import_group() -> None:
    """Bring in a plan made elsewhere, through planning actions, all or nothing.

    Import the same again whenever you like: only what changed there is changed here, and what
    you edited or deleted here stays.

    \b
    Examples:
      planner-tui --db plan.db import backlog path/to/repository
      planner-tui --db plan.db import backlog path/to/repository --dry-run
    """


def _command(name: str, made: Format) -> click.Command:
    """Make the command that imports one format."""
    stdin = f" {made.source} may be - for standard input." if made.stdin else ""

    @click.command(
        name,
        help=f"{made.words}{stdin}\n\nAgain, and only what changed there is changed here.\n\n"
        f"\b\nExample:\n  planner-tui --db plan.db import {name} {made.example}",
        short_help=made.words,
    )
    @click.argument(
        "source", type=click.Path(path_type=Path, allow_dash=made.stdin), metavar=made.source
    )
    @click.option("--dry-run", is_flag=True, help="Report what would change, change nothing.")
    @project_option
    @json_option
    @where_option
    def command(where: Where, source: Path, dry_run: bool, as_json: bool) -> None:
        run_import(where, made, source, dry_run=dry_run, as_json=as_json)

    return command


def run_import(where: Where, made: Format, source: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import a source of one format, and say what came of it."""
    from planner.importers.wanted import ImportRefused
    from tui.import_words import refusal_in_words

    module, name = made.bring
    bring = getattr(import_module(f"planner.importers.{module}"), name)
    words = import_module(f"tui.{made.report}")
    read = getattr(import_module(f"planner.importers.{made.module}"), made.read)
    try:
        with _keeping_garbage():
            given = sys.stdin.buffer.read() if made.stdin and str(source) == "-" else source
            found = read(given)
            db = where.open(as_json)
            with told(as_json), db.connection(), _progress() as progress:
                report = bring(
                    db, found, project_name=where.project, dry_run=dry_run, progress=progress
                )
    except ImportRefused as refusal:
        problems = [{"where": one.path, "reason": one.reason} for one in refusal.problems]
        fail(refusal_in_words(refusal), "import", {"problems": problems}, as_json)
    answer(words.report_as_data(report), words.import_in_words(report), as_json=as_json)


@contextmanager
def _keeping_garbage() -> Iterator[None]:
    """Look for no reference cycles: among all that an import holds, that takes a tenth of its time."""
    import gc

    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how far an import is, on a terminal alone."""
    with click.progressbar(
        length=1, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress

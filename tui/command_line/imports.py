"""``planner-tui import``: a plan made elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tui.command_line.output import Group, fail, told
from tui.command_line.where import Where, where_option


@click.group(cls=Group, name="import")
def import_group() -> None:
    """Bring in a plan made elsewhere, through planning actions, all or nothing."""


@import_group.command(name="backlog")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--project", metavar="NAME", help="The project to import into. Default: its own name."
)
@click.option("--dry-run", is_flag=True, help="Report what would change, change nothing.")
@where_option
def import_backlog_command(where: Where, folder: Path, project: str | None, dry_run: bool) -> None:
    """Import the Backlog.md folder DIR; again, and only what changed there is changed here.

    \b
    Example:
      planner-tui --db plan.db import backlog path/to/repository
    """
    from planner.importers.backlog import import_backlog
    from planner.importers.backlog_files import ImportRefused
    from tui.import_words import import_in_words, refusal_in_words

    db = where.open()
    try:
        with told(), db.connection(), _keeping_garbage(), _progress() as progress:
            report = import_backlog(
                db,
                folder,
                project_name=project or where.project,
                dry_run=dry_run,
                progress=progress,
            )
    except ImportRefused as refusal:
        fail(refusal_in_words(refusal))
    click.echo(import_in_words(report))


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

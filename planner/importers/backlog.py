"""Reads a Backlog.md folder for an import."""

from __future__ import annotations

from pathlib import Path

from planner.importers import backlog_files
from planner.importers.backlog_plan import FORMAT, ID_FACT, want
from planner.importers.wanted import Item, Source, Standing, Wanted


class BacklogSource(Source, kw_only=True):
    """A Backlog.md folder. Where a task stands depends on all labels, and on where it stood."""

    folder: backlog_files.BacklogFolder

    def want(self, standing: Standing) -> Wanted:
        """Work out the plan that the folder asks for."""
        return want(self.folder, standing)

    def name_of(self, card: Item, below: list[Item]) -> str:
        """Return the id that a card's task has in the folder."""
        for item in below:
            text = str(item.fields.get("text", ""))
            if item.kind == "known_fact" and text.startswith(ID_FACT):
                return text.removeprefix(ID_FACT)
        return str(card.fields["title"])


def read_backlog(folder: Path) -> BacklogSource:
    """Read the Backlog.md folder, or the one in ``backlog`` or ``.backlog`` below it.

    Raises:
        ImportRefused: No such folder, or files in it that can't be read: all of them.
    """
    read = backlog_files.read_backlog(folder)
    root = Path(read.path).resolve()
    name = root.parent.name if root.name in ("backlog", ".backlog") else root.name
    return BacklogSource(
        format=FORMAT,
        name=read.config.project_name or name,
        skipped=read.skipped,
        folder=read,
    )

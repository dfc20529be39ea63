"""Writes a document's rows, and tells what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from planner.importers.importing import ImportReport
from planner.importers.rows import key_of, named
from planner.importers.wanted import ImportRefused, Problem
from store.adapter import DbAdapter
from store.errors import RowRefused
from store.records import (
    BY_TABLE,
    MemoryRetrievalLog,
    MemoryUnit,
    MemoryUnitRelation,
    Project,
    Record,
)

ROWS_AT_ONCE = 1_000
"""Rows that are written at once."""

MEMORY = (MemoryUnit, MemoryUnitRelation, MemoryRetrievalLog)
"""What several projects may share: what is there already stays as it is."""


class RowsReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a project's rows.

    ``added`` counts the rows of each table that were added as they are. ``plan`` is what was changed by
    planning actions, where the project was there already.
    """

    project: Project
    project_made: bool
    added: dict[str, int]
    plan: ImportReport | None = None
    skipped: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()
    dry_run: bool


def write(db: DbAdapter, table: type[Record], rows: list[Record]) -> None:
    """Add rows of a table. Raises ``ImportRefused`` with the first that the database refuses."""
    try:
        db.insert_many(rows)
    except RowRefused as refusal:
        raise ImportRefused([Problem(table.TABLE, str(refusal))]) from refusal


def there(db: DbAdapter, table: type[Record], rows: Iterable[Record]) -> dict[Any, Record]:
    """Return the rows of the database that have the keys of these, by key."""
    first = table.KEY[0]
    where: dict[str, Any] = {first: [getattr(row, first) for row in rows]}
    found = db.list(table, **where)
    return {key_of(row): row for row in found}


def owner(db: DbAdapter, row: Record) -> str:
    """Return the name of the project that a row of the database belongs to."""
    above: Record | None = row
    while above is not None and not isinstance(above, Project):
        column, table = next(iter(above.PARENTS.items()))
        above = db.get(BY_TABLE[table], getattr(above, column))
    return above.name if isinstance(above, Project) else "another"


def stays(row: Record, same: Record) -> Iterator[Problem]:
    """Yield a note where a row of the database stays, though the document has it otherwise."""
    if same != row:
        reason = "it is in the database already, and stays as it is there"
        yield Problem(f"{row.TABLE} {named(row)}", reason)

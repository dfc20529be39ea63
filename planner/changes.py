"""Row changes that know how to take themselves back.

Every planning action works through ``Changes``: it writes rows and remembers, for each
write, the write that undoes it. That list is the action's inverse. It is JSON, so that
it lasts; applying it is again a ``Changes``, whose own inverse is the redo.
"""

from __future__ import annotations

from typing import Any

import msgspec

from planner.runs.open_runs import check_nothing_is_being_built
from store.adapter import DbAdapter
from store.records import BY_TABLE, Card, EventLog, OrchestrationRun, Record

Inverse = list[list[Any]]
"""Row changes, in the order to apply them: ``[operation, table, …]``.

``["insert", table, row]``, ``["update", table, key, values]``, ``["delete", table, key]``,
``["shift", table, parent id, start, stop, by]``.
"""

_MAP_TABLES = frozenset({"project", "workflow", "workflow_activity"})


class Touched(msgspec.Struct):
    """Which parts of the map some changes reach, so that a board can be brought up to date.

    ``structure`` is set when workflows, activities or the project itself changed;
    ``activities`` and ``cards`` hold ids whose cards must be read again.
    """

    structure: bool = False
    activities: set[str] = msgspec.field(default_factory=set)
    cards: set[str] = msgspec.field(default_factory=set)

    def add(self, other: Touched) -> None:
        """Take in what ``other`` touched."""
        self.structure = self.structure or other.structure
        self.activities |= other.activities
        self.cards |= other.cards


class Changes:
    """Writes rows through an adapter and collects the inverse."""

    def __init__(self, db: DbAdapter, touched: Touched) -> None:
        self._db = db
        self._touched = touched
        self._undoing: Inverse = []

    @property
    def inverse(self) -> Inverse:
        """What takes all of this back, in the order to apply it."""
        return self._undoing[::-1]

    def insert(self, record: Record) -> None:
        """Add a row."""
        self._db.insert(record)
        self._undoing.append(["delete", record.TABLE, _key(record)])
        self._touch_row(record)

    def update(self, record: Record, **values: Any) -> None:
        """Set columns of a row that was read as ``record``."""
        key = _key(record)
        self._db.update(type(record), *key, **values)
        before = {name: msgspec.to_builtins(getattr(record, name)) for name in values}
        self._undoing.append(["update", record.TABLE, key, before])
        self._touch_row(record)
        if "workflow_activity_id" in values:
            self._touched.activities.add(values["workflow_activity_id"])

    def delete(self, record: Record) -> list[Record]:
        """Delete a row and all below it; returns the rows that went, the row itself first.

        Raises:
            Refused: Some of it is being built.
        """
        rows = self._db.subtree(type(record), *_key(record))
        check_nothing_is_being_built(self._db, rows)
        runs = [row.id for row in rows if isinstance(row, OrchestrationRun)]
        for event in self._db.list(EventLog, run_id=runs) if runs else ():
            # The log lets go of a deleted run; undo ties it up again.
            self._undoing.append(["update", "event_log", [event.id], {"run_id": event.run_id}])
        self._db.delete(type(record), *_key(record))
        self._undoing += [["insert", row.TABLE, msgspec.to_builtins(row)] for row in reversed(rows)]
        for row in rows:
            self._touch_row(row)
        return rows

    def shift(self, table: type[Record], parent_id: str, start: int, stop: int, by: int) -> None:
        """Move the siblings in ``start <= position < stop`` by so many places."""
        if start >= stop:
            return
        self._db.shift(table, parent_id, start, stop, by)
        self._undoing.append(["shift", table.TABLE, parent_id, start + by, stop + by, -by])
        if table is Card:
            self._touched.activities.add(parent_id)
        elif table.TABLE in _MAP_TABLES:
            self._touched.structure = True

    def apply(self, inverse: Inverse) -> None:
        """Make the changes of a stored inverse.

        Raises:
            StoreError: A row is no longer as the inverse needs it.
        """
        for operation, table_name, *rest in inverse:
            table = BY_TABLE[table_name]
            if operation == "insert":
                self.insert(msgspec.convert(rest[0], table))
            elif operation == "shift":
                self.shift(table, *rest)
            else:
                record = self._db.get(table, *rest[0])
                if record is None:
                    self._db.delete(table, *rest[0])  # raises, naming the row that is missing
                elif operation == "update":
                    self.update(record, **rest[1])
                else:
                    self.delete(record)

    def _touch_row(self, row: Record) -> None:
        if isinstance(row, Card):
            self._touched.activities.add(row.workflow_activity_id)
            self._touched.cards.add(row.id)
        elif row.TABLE in _MAP_TABLES:
            self._touched.structure = True
        elif (card_id := getattr(row, "card_id", None)) is not None:
            self._touched.cards.add(card_id)


def _key(record: Record) -> list[str]:
    return [getattr(record, name) for name in record.KEY]

"""A project's rows as a document holds them: checked, so that they stand in any database as they are."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from planner.importers.wanted import ImportRefused, Problem
from planner.plan_rows import TABLES
from store.records import (
    BY_TABLE,
    PRIORITIES,
    Card,
    PlanningAction,
    Project,
    Record,
)

MOST_PROBLEMS = 20
"""Problems after which a document is not looked at any further."""

MOST_INTEGER = 2**63 - 1
"""The largest integer that a database holds."""

_MOMENTS = ("created_at", "updated_at")

_INVERSES: dict[str, tuple[type, ...]] = {
    "insert": (str, dict),
    "update": (str, list, dict),
    "delete": (str, list),
    "shift": (str, str, int, int, int),
}


class Document(msgspec.Struct, kw_only=True):
    """All rows of one project.

    ``place`` names the source, ``read`` makes a record of what ``tables`` has for a row. ``skipped``
    is what was passed over, ``noted`` what is imported otherwise than it was written.
    """

    format: str
    place: str
    project: Project
    tables: Mapping[str, Sequence[Any]]
    read: Callable[[type[Record], Any], Record]
    skipped: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()

    def count(self) -> int:
        """Return how many rows there are."""
        return sum(len(rows) for rows in self.tables.values())

    def rows(self, table: type[Record]) -> Iterator[Record]:
        """Yield the rows of a table.

        Raises:
            ImportRefused: One that can't be read, with its place.
        """
        for at, row in enumerate(self.tables.get(table.TABLE, ())):
            try:
                yield self.read(table, row)
            except (msgspec.DecodeError, RecursionError, ValueError) as error:
                raise ImportRefused([Problem(place(table, at), why_not(error))]) from error


def place(table: type[Record], at: int) -> str:
    """Return what to call a row of a document: its table and how far down it stands, from 1 on."""
    return f"{table.TABLE}, row {at + 1:,}"


def why_not(error: Exception) -> str:
    """Say why a row can't be read."""
    if isinstance(error, UnicodeError):
        return "it holds bytes that are no UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


@cache
def columns(table: type[Record]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Return a table's columns, those that a row must have, and those that hold whole numbers."""
    fields = msgspec.structs.fields(table)
    numbers = tuple(one.name for one in fields if one.type in (int, int | None))
    needed = tuple(one.name for one in fields if one.required or one.name in _MOMENTS)
    return frozenset(table.__struct_fields__), needed, numbers


def to_record(table: type[Record], row: Any) -> Record:
    """Make a record of a JSON object, every column known and of its type.

    Raises:
        ValueError: It isn't one; the message says what is the matter.
    """
    if not isinstance(row, dict):
        raise ValueError("it is no object with a row's columns")  # noqa: TRY004  (all are told alike)
    known, needed, numbers = columns(table)
    if not row.keys() <= known:
        strange = next(name for name in row if name not in known)
        near = difflib.get_close_matches(strange[:100], list(known), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"there is no column {strange!r:.80}{hint}")
    for name in needed:
        if name not in row:
            raise ValueError(f"its {name} is missing")
    record = msgspec.convert(row, table)
    for name in numbers:
        number = getattr(record, name)
        if number is not None and not -MOST_INTEGER <= number <= MOST_INTEGER:
            raise ValueError(f"its {name} is larger than a database takes")
    return record


class Checks:
    """Checks, row by row as they are written, that the rows are one project's, and whole."""

    def __init__(self, document: Document) -> None:
        """Begin before the first row."""
        self.document = document
        self.problems: list[Problem] = []
        self.noted: list[Problem] = []
        self._unread: set[str] = set()
        self._last_sequence = 0
        self._keys: dict[str, set[Any]] = {table.TABLE: set() for table in TABLES}
        self._numbers: dict[int, str] = {}

    def problem(self, where: str, reason: str) -> None:
        """Note a problem; after many the document is refused at once."""
        self.problems.append(Problem(where, reason))
        if len(self.problems) >= MOST_PROBLEMS:
            self.finish()

    def finish(self) -> None:
        """Refuse the document where anything was the matter. Raises ``ImportRefused``."""
        if self.problems:
            raise ImportRefused(self.problems)

    def table(self, table: type[Record]) -> Iterator[Record]:
        """Yield the rows of a table that nothing is the matter with."""
        for at, row in enumerate(self.document.tables.get(table.TABLE, ())):
            try:
                record = self.document.read(table, row)
            except (msgspec.DecodeError, RecursionError, ValueError) as error:
                self._unread.add(table.TABLE)
                self.problem(place(table, at), why_not(error))
                continue
            wrong = self.wrong(table, record)
            if wrong is None:
                yield record
            else:
                self.problem(f"{place(table, at)} ({named(record)})", wrong)

    def wrong(self, table: type[Record], record: Record) -> str | None:
        """Return what is the matter with a row, or None."""
        key = key_of(record)
        if key in self._keys[table.TABLE]:
            return "it is there twice"
        self._keys[table.TABLE].add(key)
        for column, parent in table.PARENTS.items():
            above = getattr(record, column)
            if above is None or parent in self._unread:
                continue
            if (above,) not in self._keys[parent]:
                return f"its {column} is {above!r:.80}, and the document has no such {parent}"
        if isinstance(record, Card):
            return self._card(record)
        if isinstance(record, PlanningAction):
            return self._action(record)
        return None

    def _card(self, card: Card) -> str | None:
        if not 0 <= card.priority < len(PRIORITIES):
            return f"its priority is {card.priority}, and it may be 0 to {len(PRIORITIES) - 1}"
        if card.number is not None:
            if card.number in self._numbers:
                reason = f"its number {card.number} is also that of {self._numbers[card.number]}"
                self.noted.append(Problem(f"card {card.id}", reason))
            self._numbers[card.number] = card.id
        return None

    def counters(self) -> dict[str, int]:
        """Return the project's counters that are behind what they count, as they must be."""
        project = self.document.project
        last = {
            "action_sequence": (project.action_sequence, self._last_sequence),
            "card_sequence": (project.card_sequence, max(self._numbers, default=0)),
        }
        behind = {name: counted for name, (said, counted) in last.items() if counted > said}
        for name, counted in behind.items():
            reason = f"its {name} is {getattr(project, name)}, which is raised to {counted}"
            self.noted.append(Problem("project", reason))
        return behind

    def _action(self, action: PlanningAction) -> str | None:
        self._last_sequence = max(self._last_sequence, action.sequence or 0)
        if not is_inverse(action.inverse or ()):
            return "its inverse is not a list of row changes"
        return None


def is_inverse(changes: Iterable[Any]) -> bool:
    """Tell whether these are row changes as the log keeps them (see ``planner/changes.py``)."""
    return all(isinstance(change, list) and _is_change(change) for change in changes)


def _is_change(change: list[Any]) -> bool:
    shape = _INVERSES.get(change[0]) if change and isinstance(change[0], str) else None
    if shape is None or len(change) != len(shape) + 1:
        return False
    if not all(isinstance(*one) for one in zip(change[1:], shape, strict=True)):
        return False
    table = BY_TABLE.get(change[1])
    if table is None or change[0] == "shift":
        return table is not None
    key = [change[2].get(name) for name in table.KEY] if change[0] == "insert" else change[2]
    return len(key) == len(table.KEY) and all(isinstance(one, str) for one in key)


def key_of(record: Record) -> tuple[str, ...]:
    """Return a row's primary key."""
    return tuple(getattr(record, name) for name in record.KEY)


def named(record: Record) -> str:
    """Return a row's primary key in words."""
    return " / ".join(key_of(record))[:80]

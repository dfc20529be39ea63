"""Makes records of rows that another program wrote, whatever it put into them, and counts what it can't."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import EnumType, StrEnum
from functools import cache
from typing import Any

import msgspec

from planner.importers.rows import MOST_INTEGER, is_inverse
from planner.importers.wanted import Problem
from planner.importers.words import read_status
from store.records import (
    PRIORITIES,
    AgentRole,
    ArtifactType,
    BuildState,
    CardStatus,
    CheckStatus,
    CheckType,
    KnowledgeSource,
    PlannedFileAction,
    PlannedFileKind,
    Record,
    TriggerType,
    ValidationStatus,
)

_OTHERWISE: dict[EnumType, StrEnum] = {
    AgentRole: AgentRole.CODER,
    ArtifactType: ArtifactType.DOC,
    BuildState: BuildState.CANCELLED,
    CheckStatus: CheckStatus.SKIPPED,
    CheckType: CheckType.POLICY,
    KnowledgeSource: KnowledgeSource.IMPORTED,
    PlannedFileAction: PlannedFileAction.EDIT,
    PlannedFileKind: PlannedFileKind.UTIL,
    TriggerType: TriggerType.MANUAL,
    ValidationStatus: ValidationStatus.REJECTED,
}
"""What is taken for a value that isn't one of a column's, where the column has no default."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00:?00)?")
_SECONDS = re.compile(r"\d{9,13}(\.\d+)?")
_FIRST_MILLISECOND = 10**11
"""Seconds since 1970 are less than this, milliseconds are more."""


class Unusable(Exception):
    """A row that can't be one of its table; the message is what it lacks."""


class Report:
    """Counts what is imported otherwise than it was, and what isn't, by table and reason."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._noted: Counter[tuple[str, str]] = Counter()
        self._skipped: Counter[tuple[str, str]] = Counter()

    def note(self, place: str, reason: str, count: int = 1) -> None:
        """Count something that is imported otherwise."""
        self._noted[place, reason] += count

    def skip(self, place: str, reason: str, count: int = 1) -> None:
        """Count something that is left out."""
        self._skipped[place, reason] += count

    def noted(self) -> tuple[Problem, ...]:
        """Return what is imported otherwise."""
        return tuple(_counted(self._noted))

    def skipped(self) -> tuple[Problem, ...]:
        """Return what is left out."""
        return tuple(_counted(self._skipped))


def _counted(counts: Counter[tuple[str, str]]) -> Iterator[Problem]:
    for (place, reason), count in counts.items():
        yield Problem(place, f"{count:,} {reason}")


class Column(msgspec.Struct, frozen=True):
    """What a record's column holds: ``held`` is str, int, float, dict, list or an enum."""

    name: str
    held: Any
    nullable: bool
    field: Any

    def default(self, now: str) -> Any:
        """Return what stands where nothing was written. Raises ``Unusable``."""
        if self.field.default is not msgspec.NODEFAULT:
            return self.field.default
        if self.name in ("created_at", "updated_at"):
            return now
        if self.field.default_factory is not msgspec.NODEFAULT:
            return self.field.default_factory()
        if self.held in (list, dict):
            return self.held()
        if self.held is int:
            return 0
        if self.held is str and not self.name.endswith("id"):
            return ""
        if self.held in _OTHERWISE:
            return _OTHERWISE[self.held]
        raise Unusable(f"without {self.name}")


@cache
def columns_of(table: type[Record]) -> tuple[Column, ...]:
    """Return a table's columns."""
    found = []
    for field in msgspec.structs.fields(table):
        union = getattr(field.type, "__args__", ()) if type(None) in _arguments(field.type) else ()
        held = next((one for one in union if one is not type(None)), field.type)
        origin = getattr(held, "__origin__", held)
        found.append(Column(field.name, origin, bool(union), field))
    return tuple(found)


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", ())


def to_record(table: type[Record], row: dict[str, Any], report: Report, now: str) -> Record:
    """Make a record of a row; what can't stand in a column is counted, and the nearest is taken.

    Raises:
        Unusable: Too little is left of it.
    """
    values: dict[str, Any] = {}
    moment = next((row[name] for name in ("created_at", "updated_at") if row.get(name)), now)
    for column in columns_of(table):
        value = row.get(column.name)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if value is None:
            values[column.name] = None if column.nullable else column.default(_moment(moment))
        else:
            values[column.name] = _value(table, column, value, report, now)
    if table.TABLE == "planning_action" and not is_inverse(values["inverse"] or ()):
        values["inverse"] = None
        report.note("planning_action.inverse", "are of another kind, so these can't be undone")
    return table(**values)


def _value(table: type[Record], column: Column, value: Any, report: Report, now: str) -> Any:
    place = f"{table.TABLE}.{column.name}"
    held = column.held
    if isinstance(held, EnumType):
        return _choice(place, column, str(value), report, now)
    if held in (list, dict):
        try:
            found = msgspec.json.decode(value) if isinstance(value, str) else value
        except (msgspec.DecodeError, RecursionError):
            found = None
        if isinstance(found, held):
            return found
        report.note(place, f"are no JSON {'list' if held is list else 'object'} and are left empty")
        return None if column.nullable else held()
    if held in (int, float):
        return _number(place, column, value, report)
    return _moment(value) if column.name.endswith("_at") else str(value)


def _choice(place: str, column: Column, value: str, report: Report, now: str) -> Any:
    for one in (value, value.strip().casefold().replace(" ", "_").replace("-", "_")):
        if one in column.held._value2member_map_:
            return column.held(one)
    if column.held is CardStatus:
        taken: Any = read_status(value)[0]
    elif column.nullable:
        taken = None
    else:
        taken = column.default(now)
    report.note(place, f"are {value!r:.40}, which is taken as {taken or 'none'}")
    return taken


def _number(place: str, column: Column, value: Any, report: Report) -> Any:
    try:
        number = float(value)
        whole = int(value) if column.held is int and not isinstance(value, float) else int(number)
    except (ValueError, OverflowError):
        report.note(place, "are no numbers")
        return None if column.nullable else 0
    if column.held is float:
        return number
    if not -MOST_INTEGER <= whole <= MOST_INTEGER or (
        column.name == "priority" and not 0 <= whole < len(PRIORITIES)
    ):
        report.note(place, "are larger or smaller than they may be, and are the nearest that may")
        most = len(PRIORITIES) - 1 if column.name == "priority" else MOST_INTEGER
        return max(0, min(whole, most))
    return whole


def _moment(value: Any) -> str:
    """Return a moment as UTC text: from what SQLite's own functions write, or seconds since 1970."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):  # a column of text made it one
        value = float(value)
    if isinstance(value, int | float):
        seconds = value / 1000 if abs(value) >= _FIRST_MILLISECOND else value
        try:
            moment = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return str(value)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    text = str(value)
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    return f"{found[1]}T{found[2]}{((found[3] or '.') + '000')[:4]}Z"

"""The event log as people read it: what happened, with refusals and deleted projects when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from planner.describe import clipped, describe_words
from planner.differences import Line
from planner.history_words import TABLES, label_of, value_in_words
from planner.run_events import run_event_in_words
from store.adapter import DbAdapter, Row

PAGE_READ = 500
"""Events read at a time while some are looked for."""

_KEYED = re.compile(r"(type|actor):(\S+)")
_MOST_LINES = 200
_DEEPEST = 4

_SHARED = ("title", "name", "number", "text")
_SAID = frozenset(
    {"id", "position", "number", "title", "created_at", "updated_at", "workflow_activity_id"}
    | {"project_id", "workflow_id", "card_id"}
)
_IDS = ("card_id", "workflow_activity_id", "workflow_id")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened.

    ``source`` is ``event``, ``refused`` (a planning action, with its ``reason``) or
    ``archived`` (an event of a deleted project, with its ``project``'s name).
    """

    source: str
    id: str
    type: str
    actor: str
    moment: str
    payload: dict[str, Any]
    target: dict[str, Any]
    run_id: str | None
    reason: str | None
    project: str | None

    @property
    def what(self) -> str:
        """What happened, on one line."""
        if self.source == "refused":
            return f"{describe_words(self.type, {**self.target, **_named(self.payload)})}: {self.reason}"
        said = run_event_in_words(self.type, self.payload)
        if said is not None:
            return said
        words = self.type.replace(".", " ").replace("_", " ")
        named = _named(self.payload)
        number = f" #{named['number']}" if named.get("number") is not None else ""
        title = named.get("title") or named.get("name") or named.get("text")
        return f"{words}{number}" + (f" “{clipped(str(title))}”" if title else "")

    @property
    def subject(self) -> dict[str, str]:
        """The ids of what it is about on the map."""
        ids = {**self.payload, **self.target}
        return {name: ids[name] for name in _IDS if isinstance(ids.get(name), str)}


class EventFilter:
    """What was typed to narrow the log: ``type:``, ``actor:`` and words, all of which must fit."""

    def __init__(self, typed: str) -> None:
        """Read what was typed; the values of keys are beginnings."""
        self._types = [value for key, value in _KEYED.findall(typed.casefold()) if key == "type"]
        self._actors = [value for key, value in _KEYED.findall(typed.casefold()) if key == "actor"]
        self._words = _KEYED.sub(" ", typed.casefold()).split()

    def fits(self, event: Event) -> bool:
        """Say whether an event fits."""
        if not all(event.type.casefold().startswith(value) for value in self._types):
            return False
        if not all(event.actor.casefold().startswith(value) for value in self._actors):
            return False
        if not self._words:
            return True
        said = msgspec.json.encode(event.payload).decode()
        text = f"{event.type} {event.actor} {event.what} {event.project or ''} {said}".casefold()
        return all(word in text for word in self._words)


def read_events(
    db: DbAdapter,
    project_id: str,
    *,
    before: Event | None = None,
    limit: int,
    typed: str = "",
    refused: bool = True,
    archived: bool = False,
) -> tuple[tuple[Event, ...], bool]:
    """Read a page of a project's events, newest first.

    Args:
        db: The open plan.
        project_id: Whose events.
        before: The event to read on from; None for the newest.
        limit: How many at most.
        typed: What they are narrowed by.
        refused: Whether refused planning actions are among them.
        archived: Whether the events of deleted projects are.

    Returns:
        The events, and whether there are older ones.
    """
    narrow = EventFilter(typed)
    at = (before.moment, before.id) if before is not None else None
    found: list[Event] = []
    size = min(limit + 1, PAGE_READ) if not typed.strip() else PAGE_READ
    with db.view():
        while True:
            rows = db.events(project_id, before=at, limit=size, refused=refused, archived=archived)
            for row in rows:
                event = _event(row)
                if narrow.fits(event):
                    if len(found) == limit:
                        return tuple(found), True
                    found.append(event)
            if len(rows) < size:
                return tuple(found), False
            at = (rows[-1][4], rows[-1][1])


def event_in_words(event: Event) -> list[Line]:
    """Say what an event holds, a line each."""
    lines = [_line(event.what[:1].upper() + event.what[1:], "heading")]
    if event.source == "refused":
        lines = [
            _line(f"Refused: {describe_words(event.type, _named(event.payload))}", "heading"),
            _line(event.reason or "without a reason"),
            _line(""),
            _line("What it asked for:", "faint"),
        ]
    if event.project is not None:
        lines.append(_line(f"in the deleted project “{event.project}”", "faint"))
    if event.run_id is not None:
        lines.append(_line(f"run {event.run_id}", "faint"))
    payload = dict(event.payload)
    gone = payload.pop("went_with_it", None)
    if isinstance(gone, dict) and gone:
        lines.append(_line(f"with it went {_counted(gone)}"))
    row = payload.pop("row", None)
    if isinstance(row, dict):
        # What went: the heading names it, and where it stood is of no use any more.
        payload = {name: value for name, value in {**row, **payload}.items() if name not in _SAID}
    told = [*_told({**event.target, **payload}, 0)]
    left = len(told) - _MOST_LINES
    return [
        *lines,
        *told[:_MOST_LINES],
        *([_line(f"and {left:,} more lines", "faint")] if left > 0 else []),
    ]


def _told(values: dict[str, Any], depth: int) -> Iterator[Line]:
    indent = "  " * depth
    for name, value in values.items():
        if value is None or value in ("", [], {}):
            continue
        label = label_of(name)
        if isinstance(value, dict) and depth < _DEEPEST:
            yield _line(f"{indent}{label}:")
            yield from _told(value, depth + 1)
        elif (
            isinstance(value, list) and depth < _DEEPEST and all(isinstance(v, dict) for v in value)
        ):
            yield _line(f"{indent}{label}:")
            for number, item in enumerate(value, start=1):
                yield _line(f"{indent}  {number}.", "faint")
                yield from _told(item, depth + 2)
        elif isinstance(value, str) and "\n" in value:
            yield _line(f"{indent}{label}:")
            for line in value.splitlines():
                yield _line(f"{indent}  {line}")
        elif isinstance(value, bool):
            yield _line(f"{indent}{label}: {'yes' if value else 'no'}")
        elif isinstance(value, str | int | float):
            yield _line(f"{indent}{label}: {value_in_words(name, value)}")
        else:
            yield _line(f"{indent}{label}: {msgspec.json.encode(value).decode()}")


def _counted(gone: dict[str, Any]) -> str:
    return ", ".join(
        f"{count:,} {TABLES.get(table, (table.replace('_', ' '),) * 2)[count != 1]}"
        for table, count in gone.items()
        if isinstance(count, int)
    )


def _named(payload: dict[str, Any]) -> dict[str, Any]:
    named = {name: payload[name] for name in _SHARED if isinstance(payload.get(name), str | int)}
    if isinstance(payload.get("kind"), str):
        named["kind"] = payload["kind"]
    if "title" not in named:
        named["title"] = named.get("name") or named.get("text") or ""
    return named


def _event(row: Row) -> Event:
    source, row_id, kind, actor, moment, payload, target, run_id, reason, project = row
    return Event(
        source=source,
        id=row_id,
        type=kind,
        actor=actor or "someone",
        moment=moment,
        payload=payload,
        target=target,
        run_id=run_id,
        reason=reason,
        project=project,
    )


def _line(text: str, style: str = "text") -> Line:
    return Line("", ((text, False),), style)

"""Two people at one row: what both of them changed, and what only one did.

A form is opened on a row as it was; by the time it is saved the row may be another. Field
by field, what was, what is now and what was typed tell what to do: ``merge`` says it, and
``authors`` finds in the action log who changed a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import msgspec

from store.adapter import DbAdapter
from store.records import PlanningAction, Record

FARTHEST_BACK = 500
"""Actions of the log that are looked through for who changed something."""

_AT_ONCE = 50

_NOT_TOLD = frozenset({"created_at", "updated_at", "position", "last_built_at", "last_build_ref"})
"""Columns that change beside others; a change of theirs alone is nobody's edit."""


class Clash(msgspec.Struct, frozen=True):
    """A field that was changed by others and by you, to different values."""

    field: str
    was: Any
    now: Any
    yours: Any


class Change(msgspec.Struct, frozen=True):
    """A field that only others changed."""

    field: str
    was: Any
    now: Any


class Merge(msgspec.Struct, frozen=True):
    """What is to become of typed values.

    ``write`` holds what only you changed, ``theirs`` what only others did (it stays as it
    is now), ``clashes`` what somebody has to choose.
    """

    write: dict[str, Any]
    theirs: tuple[Change, ...]
    clashes: tuple[Clash, ...]


class Author(msgspec.Struct, frozen=True):
    """Who changed something, and when."""

    actor: str
    at: str


def same(one: Any, other: Any) -> bool:
    """Return whether two values of a field say the same: an empty text is no text."""
    return bool(one == other or (one in (None, "") and other in (None, "")))


def merge(base: Record, now: Record, values: Mapping[str, Any]) -> Merge:
    """Bring typed values together with a row that others may have changed.

    Args:
        base: The row as it was when the typing began.
        now: The same row as it is by now.
        values: What the person wants the fields to be; a field left out is left alone.
    """
    write: dict[str, Any] = {}
    theirs: list[Change] = []
    clashes: list[Clash] = []
    for name in base.__struct_fields__:
        was, is_now = getattr(base, name), getattr(now, name)
        yours = values.get(name, was)
        if same(is_now, was):
            if not same(yours, was):
                write[name] = yours
        elif same(yours, was):
            if name not in _NOT_TOLD:
                theirs.append(Change(name, was, is_now))
        elif not same(yours, is_now):
            clashes.append(Clash(name, was, is_now, yours))
    return Merge(write, tuple(theirs), tuple(clashes))


def combine(was: str, now: str, yours: str) -> str:
    """Return a text of many lines with both people's changes in it, for someone to look over.

    Where both changed the same lines, yours come first and theirs after them; what neither
    of you took out is all there.
    """
    before, theirs, mine = (text.split("\n") for text in (was, now, yours))
    both: list[str] = []
    at = at_theirs = at_mine = 0
    for start, stop, begin_theirs, begin_mine in _unchanged(before, theirs, mine):
        both += _of_either(
            before[at:start], theirs[at_theirs:begin_theirs], mine[at_mine:begin_mine]
        )
        both += before[start:stop]
        at, length = stop, stop - start
        at_theirs, at_mine = begin_theirs + length, begin_mine + length
    return "\n".join(both)


def _of_either(before: list[str], theirs: list[str], mine: list[str]) -> list[str]:
    if theirs in (before, mine):
        return mine
    return theirs if mine == before else mine + theirs


def _unchanged(
    before: list[str], theirs: list[str], mine: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the runs of lines that nobody changed, with where each begins for both.

    The last is empty, at the end of all three.
    """
    ours, others = (
        SequenceMatcher(None, before, other, autojunk=False).get_matching_blocks()
        for other in (theirs, mine)
    )
    for one in ours:
        for other in others:
            start = max(one.a, other.a)
            stop = min(one.a + one.size, other.a + other.size)
            if start < stop:
                yield start, stop, one.b + start - one.a, other.b + start - other.a
    yield len(before), len(before), len(theirs), len(mine)


def authors(
    db: DbAdapter, project_id: str, row: Record, fields: Iterable[str]
) -> dict[str, Author]:
    """Return who gave each of a row's fields the value it has now, as far as the log tells."""
    values = {name: getattr(row, name) for name in fields}
    found: dict[str, Author] = {}
    key = [getattr(row, name) for name in row.KEY]
    for action in _latest(db, project_id):
        for operation, table, *rest in reversed(action.inverse or ()):
            if operation != "update" or table != row.TABLE or rest[0] != key:
                continue
            for name in values.keys() & rest[1].keys():
                # What wrote the value that was there already changed nothing.
                if not same(rest[1][name], values[name]):
                    found[name] = _author(action)
                    del values[name]
        if not values:
            break
    return found


def deleter(db: DbAdapter, project_id: str, row: Record) -> Author | None:
    """Return who deleted a row, as far as the log tells."""
    key = {name: getattr(row, name) for name in row.KEY}
    for action in _latest(db, project_id):
        for operation, table, *rest in action.inverse or ():
            if operation == "insert" and table == row.TABLE and key.items() <= rest[0].items():
                return _author(action)
    return None


def _latest(db: DbAdapter, project_id: str) -> Iterator[PlanningAction]:
    """Yield the accepted actions of a project, the latest first, a few read at a time."""
    before: int | None = None
    for _ in range(0, FARTHEST_BACK, _AT_ONCE):
        actions = db.actions_between(project_id, before=before, limit=_AT_ONCE, newest_first=True)
        yield from actions
        if len(actions) < _AT_ONCE:
            return
        before = actions[-1].sequence


def _author(action: PlanningAction) -> Author:
    return Author(action.actor or "someone", action.applied_at or "")

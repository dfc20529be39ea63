"""The action log as people read it: one entry a batch, newest first, undone ones marked so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from planner.describe import clipped, describe_words, in_past
from planner.errors import Refused
from planner.history import REDO, UNDO
from store.adapter import DbAdapter, Row
from store.records import PlanningAction, Project

PAGE = 200
"""Entries read at a time."""

EVERYTHING = 1_000_000_000
"""A limit that no log reaches."""


LONGEST_NUMBER = 18
"""Digits of a number that an action may have."""


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A batch: what was done, by whom, when, and whether it still stands.

    ``first`` and ``last`` are the sequences of its actions, ``subject`` the ids that its last
    action was about, ``undone_by`` who took it back (None while it stands).
    """

    batch_id: str
    first: int
    last: int
    count: int
    actor: str
    moment: str
    action_type: str
    what: str
    subject: dict[str, str]
    undoes: str | None
    undone_by: str | None
    undone_at: str | None

    @property
    def is_undoing(self) -> bool:
        """Whether the batch is an undo or a redo."""
        return self.action_type in (UNDO, REDO)


class LogPage(msgspec.Struct, frozen=True):
    """Some entries, newest first, and whether there are older ones."""

    entries: tuple[LogEntry, ...]
    has_more: bool


class UndoPlan(msgspec.Struct, frozen=True):
    """What undoing back to a point would take back: so many batches, by whom how many."""

    count: int
    by: tuple[tuple[str, int], ...]


class LogReader:
    """Reads one project's log; keeps what narrowing by words looks into, until the log grows."""

    def __init__(self, db: DbAdapter, project_id: str) -> None:
        """Read the log of ``project_id``."""
        self._db = db
        self._project_id = project_id
        self._texts: dict[str, str] = {}
        self._texts_until = -1

    def read(
        self,
        *,
        before: int | None = None,
        limit: int = PAGE,
        words: str = "",
        card_id: str | None = None,
    ) -> LogPage:
        """Read a page of the log.

        Args:
            before: Sequence that the entries end before; None for the newest.
            limit: Entries to read at most.
            words: Words that an entry must hold, all of them.
            card_id: The card the entries must be about.
        """
        db, project_id = self._db, self._project_id
        with db.view():
            undoing = db.undoing_batches(project_id)
            chosen: set[str] | None = None
            if card_id is not None:
                about = {row[0] for row in db.batches_of_card(project_id, card_id)}
                chosen = _with_undoing(about, undoing)
            if words.split():
                found = self._holding(words)
                chosen = found if chosen is None else chosen & found
            ids = None if chosen is None else sorted(chosen)
            rows = db.action_batches(project_id, before=before, limit=limit + 1, batch_ids=ids)
        taken_back = _taken_back(undoing)
        entries = tuple(_entry(row, taken_back) for row in rows[:limit])
        return LogPage(entries, has_more=len(rows) > limit)

    def _holding(self, words: str) -> set[str]:
        """Return the batches that hold every word, all their actions taken together."""
        project = self._db.get(Project, self._project_id)
        until = project.action_sequence if project is not None else 0
        if until != self._texts_until:
            texts: dict[str, list[str]] = {}
            for batch_id, action_type, actor, result, payload in self._db.action_words(
                self._project_id
            ):
                text = f"{actor} {describe_words(action_type, result)} {payload}"
                texts.setdefault(batch_id, []).append(text)
            self._texts = {name: "\n".join(held).casefold() for name, held in texts.items()}
            self._texts_until = until
        wanted = words.casefold().split()
        return {
            batch_id
            for batch_id, text in self._texts.items()
            if all(word in text for word in wanted)
        }


def plan_undo_to(db: DbAdapter, project_id: str, batch_id: str) -> UndoPlan:
    """Count what ``Planner.undo_to`` would take back: a batch, and all since that stands.

    Nothing when the batch itself does not stand, or is an undo or redo.
    """
    by: dict[str, int] = {}
    count = 0
    for entry in LogReader(db, project_id).read(limit=EVERYTHING).entries:
        stands = entry.undone_by is None and not entry.is_undoing
        if stands:
            by[entry.actor] = by.get(entry.actor, 0) + 1
            count += 1
        if entry.batch_id == batch_id and stands:
            return UndoPlan(count, tuple(sorted(by.items(), key=lambda one: (-one[1], one[0]))))
    return UndoPlan(0, ())


def find_change(db: DbAdapter, project_id: str, name: str) -> str:
    """Return the batch that is meant: by the number of one of its actions, its id, or how it begins.

    Raises:
        Refused: There is none, or there are several.
    """
    typed = name.strip().removeprefix("#")
    if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER:
        rows = db.list(PlanningAction, project_id=project_id, sequence=int(typed))
        if rows and rows[0].batch_id is not None:
            return rows[0].batch_id
    entries = LogReader(db, project_id).read(limit=EVERYTHING).entries if typed else ()
    begun = [each for each in entries if each.batch_id.startswith(typed)]
    found = [each for each in begun if each.batch_id == typed] or begun
    if len(found) == 1:
        return found[0].batch_id
    if not found:
        raise Refused(f"There is no change {clipped(name)!r}; planner-tui log lists them.")
    listed = "".join(f"\n  {each.batch_id}  {each.actor}: {each.what}" for each in found[:10])
    more = "\n  and more" if len(found) > 10 else ""
    raise Refused(f"{clipped(name)!r} may be several changes:{listed}{more}")


def read_actions(
    db: DbAdapter, project_id: str, entry: LogEntry, *, limit: int, card_id: str | None = None
) -> tuple[list[PlanningAction], int, bool]:
    """Read what a batch consists of; of an undo or redo, what it took back or brought back.

    Returns:
        The first actions (those about the card, when one is given), how many there are, and
        whether the entry took them back.
    """
    batch_id, undoes, taken_back = entry.batch_id, entry.undoes, False
    while undoes is not None:
        # A redo undoes an undo: twice the other way round is the way it was.
        batch_id, taken_back = undoes, not taken_back
        last = db.list(PlanningAction, batch_id=batch_id, limit=1, newest_first=True)
        undoes = last[0].undoes if last else None
    rows = db.list(PlanningAction, batch_id=batch_id, limit=limit)
    count = db.count(PlanningAction, batch_id=batch_id)
    if card_id is not None:
        about = [row for row in rows if _is_about(row, card_id)]
        rows = about or rows
    return rows, count, taken_back


def _is_about(row: PlanningAction, card_id: str) -> bool:
    return card_id in (row.target_ref.get("card_id"), (row.result or {}).get("card_id"))


def _entry(row: Row, taken_back: dict[str, tuple[str, str]]) -> LogEntry:
    batch_id, first, last, count, actor, moment, action_type, target, result, undoes, *told = row
    what, whose = told
    undone_by, undone_at = taken_back.get(batch_id, (None, None))
    return LogEntry(
        batch_id=batch_id or "",
        first=first,
        last=last,
        count=count,
        actor=actor or "someone",
        moment=moment or "",
        action_type=action_type,
        what=_what(action_type, result, count, what, whose if whose != actor else None),
        subject=_subject({**target, **result}),
        undoes=undoes,
        undone_by=undone_by,
        undone_at=undone_at,
    )


def _what(
    action_type: str, result: dict[str, Any], count: int, what: str | None, whose: str | None
) -> str:
    if what is not None and action_type in (UNDO, REDO):
        by = f" (by {whose})" if whose else ""
        return f"{action_type}: {what}{by}"
    words = describe_words(action_type, result)
    return in_past(words) if count == 1 else f"{count:,} changes, the last: {words}"


def _subject(ids: dict[str, Any]) -> dict[str, str]:
    return {
        name: value
        for name, value in ids.items()
        if name.endswith("_id") and isinstance(value, str)
    }


def _taken_back(undoing: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Return who took a batch back, and when, by the id of every batch that does not stand."""
    found: dict[str, tuple[str, str]] = {}
    for batch_id, undoes, actor, moment in reversed(undoing):
        if batch_id not in found:
            found.setdefault(undoes, (actor or "someone", moment or ""))
    return found


def _with_undoing(batch_ids: set[str], undoing: Sequence[Row]) -> set[str]:
    """Add the undos of some batches, the redos of those undos, and so on."""
    for batch_id, undoes, *_ in undoing:  # oldest first: what an undo takes back came before it
        if undoes in batch_ids:
            batch_ids.add(batch_id)
    return batch_ids

"""Saving what was typed, unless somebody else changed the same meanwhile.

Runs on the plan's thread. The row is looked at and written in one transaction, so that
nothing comes in between; what can't be written is told, and never half done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.conflicts import Author, Change, Clash, authors, deleter, merge
from planner.errors import ActionRefused, Refused
from planner.requests import Action
from store.errors import StoreError
from store.records import Record
from tui.edits import Actions, Edit
from tui.session import Session
from tui.text import clip


@dataclass(frozen=True, slots=True)
class Saved:
    """It is saved; ``ids`` is what the last action told, such as the new row's id."""

    message: str
    ids: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotSaved:
    """It could not be saved; nothing has changed. ``reason`` is empty when the person chose so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Others changed the same fields: somebody has to choose.

    ``write`` is what the person alone changed.
    """

    now: Record
    write: Mapping[str, Any]
    clashes: tuple[Clash, ...]
    theirs: tuple[Change, ...]
    authors: Mapping[str, Author]


@dataclass(frozen=True, slots=True)
class Gone:
    """The row was deleted meanwhile."""

    by: Author | None


Answer = Saved | NotSaved | Conflict | Gone


def save(session: Session, edit: Edit, values: Mapping[str, Any]) -> Answer:
    """Save typed values.

    Args:
        session: The person's work on the plan.
        edit: What was typed at.
        values: What its fields are to hold.
    """
    try:
        if edit.base is None:
            return _apply(session, edit, edit.make_action(dict(values)))
        refusal: ActionRefused | None = None
        with session.db.transaction():
            now = _read(session, edit.base)
            if now is None:
                return Gone(deleter(session.db, _project(session, edit), edit.base))
            merged = merge(edit.base, now, values)
            if merged.clashes:
                told = [clash.field for clash in merged.clashes]
                told += [change.field for change in merged.theirs]
                who = authors(session.db, _project(session, edit), now, told)
                return Conflict(now, merged.write, merged.clashes, merged.theirs, who)
            also = _also(session, edit, now, merged.theirs)
            if not merged.write:
                return Saved(also or "Nothing was changed", {})
            try:
                return _apply(session, edit, edit.make_action(merged.write), also)
            except ActionRefused as refused:
                refusal = refused  # after the transaction: the log keeps the refused action
        return NotSaved(str(refusal))
    except (ActionRefused, Refused) as error:
        return NotSaved(str(error))
    except StoreError as error:
        session.reload()  # what was shown already may not have been kept
        return NotSaved(str(error))


def save_as_new(session: Session, edit: Edit, values: Mapping[str, Any]) -> Answer:
    """Make anew what was deleted meanwhile, with the typed values."""
    if edit.make_new is None:
        return NotSaved(f"This {edit.what} can't be made anew.")
    try:
        return _apply(session, edit, edit.make_new(dict(values)))
    except (ActionRefused, Refused, StoreError) as error:
        return NotSaved(str(error))


def read_meanwhile(session: Session, edit: Edit) -> str:
    """Say what others have done to a row since it was read; nothing when they let it be."""
    if edit.base is None:
        return ""
    with session.db.view():
        now = _read(session, edit.base)
        if now is None:
            by = deleter(session.db, _project(session, edit), edit.base)
            again = ": saving can make it anew" if edit.make_new is not None else ""
            return f"{by.actor if by else 'Someone'} deleted this meanwhile{again}."
        also = _also(session, edit, now, merge(edit.base, now, {}).theirs)
    return f"{also}; where both of you did, saving asks." if also else ""


def _read(session: Session, base: Record) -> Record | None:
    return session.db.get(type(base), *(getattr(base, name) for name in base.KEY))


def _project(session: Session, edit: Edit) -> str:
    """Return the project an edit is in: as a rule the one that is shown."""
    return edit.key.project_id or session.project_id


def _apply(session: Session, edit: Edit, actions: Actions, also: str = "") -> Saved:
    wanted: Sequence[Action] = [actions] if isinstance(actions, Action) else actions
    result = session.apply(wanted, also=also, project_id=_project(session, edit))
    if result is None:
        raise Refused("There is no project any more to save this in.")
    return Saved(result.message, result.actions[-1].result if result.actions else {})


def _also(session: Session, edit: Edit, now: Record, theirs: Sequence[Change]) -> str:
    """Say what others changed meanwhile."""
    if not theirs:
        return ""
    who = authors(session.db, _project(session, edit), now, [change.field for change in theirs])
    names = sorted({clip(author.actor, 40) for author in who.values()})
    fields = ", ".join(change.field.replace("_", " ") for change in theirs)
    return f"{' and '.join(names) or 'Someone'} changed {fields} meanwhile"

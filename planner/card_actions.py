"""How the actions on cards themselves are applied.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told: the card's id, number and title. Raises ``Refused``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from planner import requests as ask
from planner.batch import Batch, changes_given, said
from planner.errors import Refused
from planner.readiness import CARD_TEXTS, missing, read_readiness
from store.records import Card

Result = dict[str, Any]


def create_card(batch: Batch, action: ask.CreateCard) -> Result:
    """Make a card, with the project's next number."""
    activity_id, new = action.target_ref.workflow_activity_id, action.payload
    batch.has_activity(activity_id)
    created_at = new.created_at or batch.now
    for moment in (new.created_at, new.updated_at):
        _check_moment(moment)
    card = Card(
        id=new.id or batch.new_id(),
        workflow_activity_id=activity_id,
        title=said(new.title, "card's title"),
        description=new.description,
        status=new.status,
        priority=new.priority,
        quick_answer=new.quick_answer,
        created_at=created_at,
        updated_at=new.updated_at or created_at,
        number=batch.card_sequence + 1,
    )
    batch.insert_at(Card, activity_id, new.position, card)
    batch.card_sequence += 1
    return _card_result(card)


def update_card(batch: Batch, action: ask.UpdateCard) -> Result:
    """Change a card."""
    card = batch.card(action.target_ref.card_id)
    values = changes_given(action.payload, "card")
    title = said(values.get("title", card.title), "card's title")
    for name in ("created_at", "updated_at"):
        _check_moment(values.get(name))
    values = {"updated_at": batch.now, **values}
    told = {**_card_result(card), "title": title}
    changed = msgspec.structs.replace(card, **values)
    edited = [name for name in CARD_TEXTS if getattr(changed, name) != getattr(card, name)]
    if card.finalized_at is None or not edited:
        batch.changes.update(card, **values)
        return told
    batch.set_mark(card, None, **values)
    words = ", ".join(name.replace("_", " ") for name in edited)
    batch.tell("card.unfinalized", {**told, "because": f"its {words} changed"})
    return {**told, "unfinalized": True}


def reorder_card(batch: Batch, action: ask.ReorderCard) -> Result:
    """Move a card within its activity."""
    card = batch.card(action.target_ref.card_id)
    batch.reposition(card, card.workflow_activity_id, action.payload.position)
    return _card_result(card)


def move_card(batch: Batch, action: ask.MoveCard) -> Result:
    """Move a card to another activity, or to a place in its own."""
    card = batch.card(action.target_ref.card_id)
    activity_id = action.payload.workflow_activity_id
    batch.has_activity(activity_id)
    batch.move(card, activity_id, action.payload.position)
    return _card_result(card)


def finalize_card(batch: Batch, action: ask.FinalizeCard) -> Result:
    """Mark a card as one that may be built; a card that is marked already stays so."""
    card = batch.card(action.target_ref.card_id)
    lacking = missing(read_readiness(batch.db, card.id))
    if lacking:
        raise Refused(f"{_named(card)} can't be finalized yet: {'; '.join(lacking)}.")
    if card.finalized_at is None:
        batch.set_mark(card, batch.now, updated_at=batch.now)
        batch.tell("card.finalized", _card_result(card))
    return _card_result(card)


def unfinalize_card(batch: Batch, action: ask.UnfinalizeCard) -> Result:
    """Take a card's mark away; a card without one stays so."""
    card = batch.card(action.target_ref.card_id)
    if card.finalized_at is not None:
        batch.set_mark(card, None, updated_at=batch.now)
        batch.tell("card.unfinalized", _card_result(card))
    return _card_result(card)


def delete_card(batch: Batch, action: ask.DeleteCard) -> Result:
    """Delete a card and all below it."""
    card = batch.card(action.target_ref.card_id)
    gone = batch.delete_from(card, card.workflow_activity_id)
    batch.tell("card.deleted", _card_result(card), gone)
    return _card_result(card)


def _named(card: Card) -> str:
    return f"Card #{card.number}" if card.number is not None else f"The card “{card.title}”"


def _card_result(card: Card) -> Result:
    return {"card_id": card.id, "number": card.number, "title": card.title}


def _check_moment(text: str | None) -> None:
    """Make sure that a timestamp's digits are a date and a time."""
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError as error:
        raise Refused(f"{text} is not a moment in time.") from error

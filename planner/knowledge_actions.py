"""How the actions on what a card holds are applied: planned files and knowledge.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told. Raises ``Refused``. Where a change takes a finalized card's mark
away, the result says so (``unfinalized``).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from planner import requests as ask
from planner.batch import Batch, said
from planner.errors import Refused
from planner.readiness import Held, takes_mark_away
from planner.requests import given
from store.records import (
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    KnowledgeSource,
    KnowledgeStatus,
    PlannedFileStatus,
)

Result = dict[str, Any]

KnowledgeItem = CardRequirement | CardKnownFact | CardAssumption | CardQuestion

KNOWLEDGE: dict[ask.KnowledgeKind, type[KnowledgeItem]] = {
    "requirement": CardRequirement,
    "known_fact": CardKnownFact,
    "assumption": CardAssumption,
    "question": CardQuestion,
}
"""The record of each kind of knowledge item."""

KINDS: dict[type[KnowledgeItem], ask.KnowledgeKind] = {
    table: kind for kind, table in KNOWLEDGE.items()
}
"""What each knowledge item's kind is called in actions."""

_WORDS: dict[type[Any], str] = {
    **{table: kind.replace("_", " ") for kind, table in KNOWLEDGE.items()},
    CardPlannedFile: "planned file",
}
_OF_ONE_KIND = {"evidence_source": CardKnownFact, "answer": CardQuestion}


def upsert_card_planned_file(batch: Batch, action: ask.UpsertCardPlannedFile) -> Result:
    """Make or edit a planned file; editing an approved one makes it ``user_edited``."""
    card_id, payload = action.target_ref.card_id, action.payload
    values = given(payload, "id", "position")
    for name in ("logical_file_name", "intent_summary"):
        if name in values:
            said(values[name], name.replace("_", " "))
    existing = _existing(batch, CardPlannedFile, card_id, payload.id)
    if existing is not None:
        changed = msgspec.structs.replace(existing, **values)
        if changed != existing and existing.status is PlannedFileStatus.APPROVED:
            changed = msgspec.structs.replace(changed, status=PlannedFileStatus.USER_EDITED)
        return _changed(batch, existing, changed, payload.position)
    needed = ("logical_file_name", "artifact_kind", "action", "intent_summary")
    missing = [name for name in needed if name not in values]
    if missing:
        raise Refused(f"A new planned file needs {', '.join(missing)}.")
    return _made(batch, CardPlannedFile, card_id, payload.id, payload.position, values)


def approve_card_planned_file(batch: Batch, action: ask.ApproveCardPlannedFile) -> Result:
    """Approve a planned file."""
    planned = _held(batch, CardPlannedFile, action.target_ref.card_id, action.payload.id)
    approved = msgspec.structs.replace(planned, status=PlannedFileStatus.APPROVED)
    return _changed(batch, planned, approved)


def delete_card_planned_file(batch: Batch, action: ask.DeleteCardPlannedFile) -> Result:
    """Delete a planned file."""
    planned = _held(batch, CardPlannedFile, action.target_ref.card_id, action.payload.id)
    return _deleted(batch, planned)


def upsert_card_knowledge_item(batch: Batch, action: ask.UpsertCardKnowledgeItem) -> Result:
    """Make or edit a requirement, known fact, assumption or question."""
    card_id, payload = action.target_ref.card_id, action.payload
    table = KNOWLEDGE[payload.kind]
    words = _WORDS[table]
    values = given(payload, "id", "kind", "position")
    for name, owner in _OF_ONE_KIND.items():
        if name in values and table is not owner:
            raise Refused(f"A {words} has no {name}; only a {_WORDS[owner]} does.")
    if "text" in values:
        said(values["text"], f"{words}'s text")
    if values.get("answer") is not None:
        said(values["answer"], "answer")
    existing = _existing(batch, table, card_id, payload.id)
    if existing is not None:
        changed = msgspec.structs.replace(existing, **values)
        return _changed(batch, existing, changed, payload.position)
    if "text" not in values:
        raise Refused(f"A new {words} needs text.")
    values.setdefault("source", KnowledgeSource.USER)
    return _made(batch, table, card_id, payload.id, payload.position, values)


def set_card_knowledge_status(batch: Batch, action: ask.SetCardKnowledgeStatus) -> Result:
    """Approve a knowledge item, reject it, or make it a draft again."""
    payload = action.payload
    item = _held(batch, KNOWLEDGE[payload.kind], action.target_ref.card_id, payload.id)
    return _changed(batch, item, msgspec.structs.replace(item, status=payload.status))


def answer_card_question(batch: Batch, action: ask.AnswerCardQuestion) -> Result:
    """Answer a question; the answer as a known fact follows when the answer changes."""
    card_id, payload = action.target_ref.card_id, action.payload
    question = _held(batch, CardQuestion, card_id, payload.id)
    answer = said(payload.answer, "answer")
    answered = msgspec.structs.replace(question, answer=answer, status=KnowledgeStatus.APPROVED)
    told = _changed(batch, question, answered)
    if payload.as_known_fact:
        fact = _keep_as_known_fact(batch, question, answer)
        told = {**told, **fact, "known_fact_id": fact["id"], **_result(question)}
    batch.tell("question.answered", {**told, "answer": answer})
    return told


def delete_card_knowledge_item(batch: Batch, action: ask.DeleteCardKnowledgeItem) -> Result:
    """Delete a knowledge item."""
    payload = action.payload
    item = _held(batch, KNOWLEDGE[payload.kind], action.target_ref.card_id, payload.id)
    return _deleted(batch, item)


def _keep_as_known_fact(batch: Batch, question: CardQuestion, answer: str) -> Result:
    """Make the answer a known fact of the card, or bring the one that it is up to date."""
    evidence = f"The answer to “{question.text}”"
    facts = batch.db.list(CardKnownFact, card_id=question.card_id, evidence_source=evidence)
    for fact in facts:
        if fact.text in (question.answer, answer):
            changed = msgspec.structs.replace(fact, text=answer, status=KnowledgeStatus.APPROVED)
            return _changed(batch, fact, changed)
    values = {
        "text": answer,
        "evidence_source": evidence,
        "status": KnowledgeStatus.APPROVED,
        "source": KnowledgeSource.USER,
    }
    return _made(batch, CardKnownFact, question.card_id, None, UNSET, values)


def _existing(batch: Batch, table: type[Held], card_id: str, item_id: str | None) -> Any:
    """Return the card's item with this id, or None when it is to be made."""
    batch.has_card(card_id)
    item = batch.held(table, item_id, card_id)
    if item is not None and item.card_id != card_id:
        raise Refused(f"The {_WORDS[table]} {item.id} belongs to another card than {card_id}.")
    return item


def _held(batch: Batch, table: type[Held], card_id: str, item_id: str) -> Any:
    """Return the card's item with this id, which must be there."""
    item = _existing(batch, table, card_id, item_id)
    if item is None:
        raise Refused(f"Card {card_id} has no {_WORDS[table]} {item_id}.")
    return item


def _made(
    batch: Batch,
    table: type[Held],
    card_id: str,
    item_id: str | None,
    position: int | UnsetType,
    values: dict[str, Any],
) -> Result:
    made = table(
        id=item_id or batch.new_id(),
        card_id=card_id,
        position=0,
        created_at=batch.now,
        updated_at=batch.now,
        **values,
    )
    batch.insert_at(table, card_id, None if position is UNSET else position, made)
    return {**_told(batch, None, made), "made": True}


def _changed(batch: Batch, before: Held, after: Held, position: int | UnsetType = UNSET) -> Result:
    names = [n for n in before.__struct_fields__ if getattr(before, n) != getattr(after, n)]
    if names:
        after = msgspec.structs.replace(after, updated_at=batch.now)
        values = {name: getattr(after, name) for name in (*names, "updated_at")}
        batch.changes.update(before, **values)
    if position is not UNSET:
        batch.reposition(after, after.card_id, position)
    return _told(batch, before, after)


def _deleted(batch: Batch, item: Held) -> Result:
    batch.delete_from(item, item.card_id)
    return _told(batch, item, None)


def _told(batch: Batch, before: Held | None, after: Held | None) -> Result:
    """Return what the caller is told, once the card has lost its mark where it must."""
    item = after or before
    assert item is not None  # noqa: S101  (narrows for the type checker)
    card = batch.finalized_card(item.card_id)
    if card is None or not takes_mark_away(before, after):
        return _result(item)
    batch.set_mark(card, None, updated_at=batch.now)
    told = {"card_id": card.id, "number": card.number, "title": card.title}
    how = "is new" if before is None else "was deleted" if after is None else "changed"
    batch.tell("card.unfinalized", {**told, "because": f"a {_WORDS[type(item)]} {how}"})
    return {**_result(item), "unfinalized": True}


def _result(item: Held) -> Result:
    if isinstance(item, CardPlannedFile):
        return {"card_id": item.card_id, "id": item.id, "title": item.logical_file_name}
    kind = KINDS[type(item)]
    return {"card_id": item.card_id, "kind": kind, "id": item.id, "title": item.text}

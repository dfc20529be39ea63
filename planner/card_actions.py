"""How the actions on what a card holds are applied: artifacts, planned files, knowledge.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told. Raises ``Refused``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from planner import requests as ask
from planner.batch import Batch, changes_given, said
from planner.errors import Refused
from planner.requests import given
from store.records import (
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    KnowledgeSource,
    PlannedFileStatus,
)

Result = dict[str, Any]

KnowledgeItem = CardRequirement | CardKnownFact | CardAssumption | CardQuestion

KNOWLEDGE: dict[str, type[KnowledgeItem]] = {
    "requirement": CardRequirement,
    "known_fact": CardKnownFact,
    "assumption": CardAssumption,
    "question": CardQuestion,
}
"""The record of each kind of knowledge item."""


def create_context_artifact(batch: Batch, action: ask.CreateContextArtifact) -> Result:
    """Make a context artifact; linked to the card when the target is one."""
    target, new = action.target_ref, action.payload
    batch.check_project(target.project_id)
    if target.card_id is not None:
        batch.has_card(target.card_id)
    artifact = ContextArtifact(
        **{
            **msgspec.structs.asdict(new),
            "id": new.id or batch.new_id(),
            "project_id": batch.project.id,
            "name": said(new.name, "context artifact's name"),
            "created_at": batch.now,
            "updated_at": batch.now,
        }
    )
    _check_holds_something(artifact)
    batch.changes.insert(artifact)
    told: Result = {"context_artifact_id": artifact.id, "title": artifact.name}
    if target.card_id is not None:
        batch.changes.insert(
            CardContextArtifact(
                card_id=target.card_id, context_artifact_id=artifact.id, linked_by=batch.actor
            )
        )
        told["card_id"] = target.card_id
    return told


def update_context_artifact(batch: Batch, action: ask.UpdateContextArtifact) -> Result:
    """Change a context artifact, for every card that uses it."""
    batch.check_project(action.target_ref.project_id)
    artifact = batch.artifact(action.payload.id)
    values = changes_given(action.payload, "context artifact", "id")
    changed = msgspec.structs.replace(artifact, **values)
    said(changed.name, "context artifact's name")
    _check_holds_something(changed)
    batch.changes.update(artifact, **values, updated_at=batch.now)
    return {"context_artifact_id": artifact.id, "title": changed.name}


def delete_context_artifact(batch: Batch, action: ask.DeleteContextArtifact) -> Result:
    """Delete a context artifact; the cards that used it let it go."""
    batch.check_project(action.target_ref.project_id)
    artifact = batch.artifact(action.payload.id)
    batch.changes.delete(artifact)
    return {"context_artifact_id": artifact.id, "title": artifact.name}


def link_context_artifact(batch: Batch, action: ask.LinkContextArtifact) -> Result:
    """Let a card use a context artifact; an existing link takes what is given anew."""
    card_id, link = action.target_ref.card_id, action.payload
    batch.has_card(card_id)
    artifact = batch.artifact(link.context_artifact_id)
    existing = batch.link(card_id, artifact.id)
    if existing is None:
        batch.changes.insert(
            CardContextArtifact(
                card_id=card_id,
                context_artifact_id=artifact.id,
                linked_by=link.linked_by or batch.actor,
                usage_hint=link.usage_hint,
            )
        )
    else:
        batch.changes.update(
            existing,
            linked_by=link.linked_by or existing.linked_by,
            usage_hint=link.usage_hint,
        )
    return {"card_id": card_id, "context_artifact_id": artifact.id, "title": artifact.name}


def unlink_context_artifact(batch: Batch, action: ask.UnlinkContextArtifact) -> Result:
    """Take a context artifact off a card; the artifact stays."""
    card_id = action.target_ref.card_id
    batch.has_card(card_id)
    artifact = batch.artifact(action.payload.context_artifact_id)
    existing = batch.link(card_id, artifact.id)
    if existing is None:
        raise Refused(f"Card {card_id} does not use the context artifact {artifact.name}.")
    batch.changes.delete(existing)
    return {"card_id": card_id, "context_artifact_id": artifact.id, "title": artifact.name}


def upsert_card_planned_file(batch: Batch, action: ask.UpsertCardPlannedFile) -> Result:
    """Make or edit a planned file; editing an approved one makes it ``user_edited``."""
    card_id, payload = action.target_ref.card_id, action.payload
    batch.has_card(card_id)
    existing = batch.held(CardPlannedFile, payload.id, card_id)
    values = given(payload, "id", "position")
    for name in ("logical_file_name", "intent_summary"):
        if name in values:
            said(values[name], name.replace("_", " "))
    if existing is None:
        needed = ("logical_file_name", "artifact_kind", "action", "intent_summary")
        missing = [name for name in needed if name not in values]
        if missing:
            raise Refused(f"A new planned file needs {', '.join(missing)}.")
        made = CardPlannedFile(
            id=payload.id or batch.new_id(),
            card_id=card_id,
            position=0,
            created_at=batch.now,
            updated_at=batch.now,
            **values,
        )
        position = None if payload.position is msgspec.UNSET else payload.position
        batch.insert_at(CardPlannedFile, card_id, position, made)
        return _planned_file_result(made)
    _check_card(existing, card_id, "planned file")
    if any(getattr(existing, name) != value for name, value in values.items()):
        if existing.status is PlannedFileStatus.APPROVED:
            values["status"] = PlannedFileStatus.USER_EDITED
        batch.changes.update(existing, **values, updated_at=batch.now)
        existing = msgspec.structs.replace(existing, **values, updated_at=batch.now)
    if payload.position is not msgspec.UNSET:
        batch.reposition(existing, card_id, payload.position)
    return _planned_file_result(existing)


def approve_card_planned_file(batch: Batch, action: ask.ApproveCardPlannedFile) -> Result:
    """Approve a planned file."""
    planned = _planned_file(batch, action.target_ref.card_id, action.payload.id)
    batch.changes.update(planned, status=PlannedFileStatus.APPROVED, updated_at=batch.now)
    return _planned_file_result(planned)


def delete_card_planned_file(batch: Batch, action: ask.DeleteCardPlannedFile) -> Result:
    """Delete a planned file."""
    planned = _planned_file(batch, action.target_ref.card_id, action.payload.id)
    batch.delete_from(planned, planned.card_id)
    return _planned_file_result(planned)


def upsert_card_knowledge_item(batch: Batch, action: ask.UpsertCardKnowledgeItem) -> Result:
    """Make or edit a requirement, known fact, assumption or question."""
    card_id, payload = action.target_ref.card_id, action.payload
    batch.has_card(card_id)
    table = KNOWLEDGE[payload.kind]
    values = given(payload, "id", "kind", "position")
    if "evidence_source" in values and table is not CardKnownFact:
        raise Refused(f"A {_words(payload.kind)} has no evidence_source; only a known fact does.")
    if "text" in values:
        said(values["text"], f"{_words(payload.kind)}'s text")
    existing = batch.held(table, payload.id, card_id)
    if existing is None:
        if "text" not in values:
            raise Refused(f"A new {_words(payload.kind)} needs text.")
        values.setdefault("source", KnowledgeSource.USER)
        made = table(
            id=payload.id or batch.new_id(),
            card_id=card_id,
            position=0,
            created_at=batch.now,
            updated_at=batch.now,
            **values,
        )
        position = None if payload.position is msgspec.UNSET else payload.position
        batch.insert_at(table, card_id, position, made)
        return _knowledge_result(payload.kind, made)
    _check_card(existing, card_id, _words(payload.kind))
    if values:
        batch.changes.update(existing, **values, updated_at=batch.now)
        existing = msgspec.structs.replace(existing, **values, updated_at=batch.now)
    if payload.position is not msgspec.UNSET:
        batch.reposition(existing, card_id, payload.position)
    return _knowledge_result(payload.kind, existing)


def set_card_knowledge_status(batch: Batch, action: ask.SetCardKnowledgeStatus) -> Result:
    """Approve a knowledge item, reject it, or make it a draft again."""
    payload = action.payload
    item = _knowledge_item(batch, action.target_ref.card_id, payload.kind, payload.id)
    batch.changes.update(item, status=payload.status, updated_at=batch.now)
    return _knowledge_result(payload.kind, item)


def delete_card_knowledge_item(batch: Batch, action: ask.DeleteCardKnowledgeItem) -> Result:
    """Delete a knowledge item."""
    payload = action.payload
    item = _knowledge_item(batch, action.target_ref.card_id, payload.kind, payload.id)
    batch.delete_from(item, item.card_id)
    return _knowledge_result(payload.kind, item)


def _planned_file(batch: Batch, card_id: str, file_id: str) -> CardPlannedFile:
    batch.has_card(card_id)
    planned = batch.db.get(CardPlannedFile, file_id)
    if planned is None:
        raise Refused(f"Card {card_id} has no planned file {file_id}.")
    _check_card(planned, card_id, "planned file")
    return planned


def _knowledge_item(batch: Batch, card_id: str, kind: str, item_id: str) -> KnowledgeItem:
    batch.has_card(card_id)
    item = batch.db.get(KNOWLEDGE[kind], item_id)
    if item is None:
        raise Refused(f"Card {card_id} has no {_words(kind)} {item_id}.")
    _check_card(item, card_id, _words(kind))
    return item


def _check_card(row: CardPlannedFile | KnowledgeItem, card_id: str, what: str) -> None:
    if row.card_id != card_id:
        raise Refused(f"The {what} {row.id} belongs to another card than {card_id}.")


def _check_holds_something(artifact: ContextArtifact) -> None:
    if artifact.content is None and artifact.uri is None and artifact.integration_ref is None:
        raise Refused("A context artifact needs at least one of content, uri, integration_ref.")


def _planned_file_result(planned: CardPlannedFile) -> Result:
    return {"card_id": planned.card_id, "id": planned.id, "title": planned.logical_file_name}


def _knowledge_result(kind: str, item: KnowledgeItem) -> Result:
    return {"card_id": item.card_id, "kind": kind, "id": item.id, "title": item.text}


def _words(kind: str) -> str:
    return kind.replace("_", " ")

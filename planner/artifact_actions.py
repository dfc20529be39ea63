"""How the actions on context artifacts are applied.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told. Raises ``Refused``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from planner import requests as ask
from planner.batch import Batch, changes_given, said
from planner.errors import Refused
from store.records import CardContextArtifact, ContextArtifact

Result = dict[str, Any]


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


def _check_holds_something(artifact: ContextArtifact) -> None:
    if artifact.content is None and artifact.uri is None and artifact.integration_ref is None:
        raise Refused("A context artifact needs at least one of content, uri, integration_ref.")

"""Words an item of an imported plan as planning actions."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from planner import requests as ask
from planner.importers.backlog_plan import Item
from store.records import ArtifactType, KnowledgeSource

MIME_TYPE = "text/markdown"
"""What an imported section's content is."""


def make_request(item: Item, *, position: int | None = None) -> ask.Action:
    """Return the action that makes an item, last among its siblings unless placed."""
    fields = item.fields
    match item.kind:
        case "workflow":
            return ask.CreateWorkflow(
                payload=ask.NewWorkflow(id=item.id, position=position, **fields)
            )
        case "activity":
            return ask.CreateActivity(
                target_ref=ask.WorkflowTarget(workflow_id=item.parent),
                payload=ask.NewActivity(id=item.id, **fields),
            )
        case "card":
            return ask.CreateCard(
                target_ref=ask.ActivityTarget(workflow_activity_id=item.parent),
                payload=ask.NewCard(id=item.id, **fields),
            )
        case "context_artifact":
            return ask.CreateContextArtifact(
                target_ref=ask.ProjectOrCardTarget(card_id=item.parent),
                payload=ask.NewContextArtifact(
                    id=item.id, type=ArtifactType.DOC, mime_type=MIME_TYPE, **fields
                ),
            )
        case _:
            return ask.UpsertCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.KnowledgeUpsert(
                    kind=item.kind,
                    id=item.id,
                    source=KnowledgeSource.IMPORTED,
                    position=UNSET if position is None else position,
                    **fields,
                ),
            )


def change_request(item: Item, values: dict[str, Any]) -> ask.Action:
    """Return the action that gives an item these values; activities are never changed."""
    match item.kind:
        case "workflow":
            return ask.UpdateWorkflow(
                target_ref=ask.WorkflowTarget(workflow_id=item.id),
                payload=ask.WorkflowChange(**values),
            )
        case "card":
            return ask.UpdateCard(
                target_ref=ask.CardTarget(card_id=item.id), payload=ask.CardChange(**values)
            )
        case "context_artifact":
            return ask.UpdateContextArtifact(
                payload=ask.ContextArtifactChange(id=item.id, **values)
            )
        case "requirement" | "known_fact":
            return ask.UpsertCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.KnowledgeUpsert(kind=item.kind, id=item.id, **values),
            )
        case _:
            raise AssertionError(item.kind)


def delete_request(item: Item) -> ask.Action:
    """Return the action that deletes what belongs to a card."""
    if item.kind == "context_artifact":
        return ask.DeleteContextArtifact(payload=ask.OneOf(id=item.id))
    if item.kind not in ("requirement", "known_fact"):
        raise AssertionError(item.kind)
    return ask.DeleteCardKnowledgeItem(
        target_ref=ask.CardTarget(card_id=item.parent),
        payload=ask.KnowledgeRef(kind=item.kind, id=item.id),
    )

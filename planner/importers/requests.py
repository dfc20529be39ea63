"""Words an item of an imported plan as planning actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, UnsetType

from planner import requests as ask
from planner.importers.wanted import Item
from store.records import KnowledgeSource, PlannedFileStatus


def make_requests(item: Item, *, position: int | None = None) -> Iterator[ask.Action]:
    """Yield the actions that make an item, last among its siblings unless placed."""
    fields = item.fields
    place: int | UnsetType = UNSET if position is None else position
    match item.kind:
        case "workflow":
            yield ask.CreateWorkflow(
                payload=ask.NewWorkflow(id=item.id, position=position, **fields)
            )
        case "activity":
            yield ask.CreateActivity(
                target_ref=ask.WorkflowTarget(workflow_id=item.parent),
                payload=ask.NewActivity(id=item.id, position=position, **fields),
            )
        case "card":
            yield ask.CreateCard(
                target_ref=ask.ActivityTarget(workflow_activity_id=item.parent),
                payload=ask.NewCard(id=item.id, position=position, **fields),
            )
        case "context_artifact":
            yield ask.CreateContextArtifact(
                target_ref=ask.ProjectOrCardTarget(card_id=item.parent or None),
                payload=ask.NewContextArtifact(id=item.id, **fields),
            )
        case "link":
            yield _link(item, fields)
        case "planned_file":
            yield from _planned_file(item, fields, place)
        case _:
            source = fields.get("source", KnowledgeSource.IMPORTED)
            yield ask.UpsertCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.KnowledgeUpsert(
                    kind=item.kind,
                    id=item.id,
                    position=place,
                    **{**fields, "source": source},
                ),
            )


def change_requests(item: Item, values: dict[str, Any]) -> Iterator[ask.Action]:
    """Yield the actions that give an item these values."""
    match item.kind:
        case "workflow":
            yield ask.UpdateWorkflow(
                target_ref=ask.WorkflowTarget(workflow_id=item.id),
                payload=ask.WorkflowChange(**values),
            )
        case "activity":
            yield ask.UpdateActivity(
                target_ref=ask.ActivityTarget(workflow_activity_id=item.id),
                payload=ask.ActivityChange(**values),
            )
        case "card":
            yield ask.UpdateCard(
                target_ref=ask.CardTarget(card_id=item.id), payload=ask.CardChange(**values)
            )
        case "context_artifact":
            yield ask.UpdateContextArtifact(payload=ask.ContextArtifactChange(id=item.id, **values))
        case "link":
            yield _link(item, item.fields)
        case "planned_file":
            yield from _planned_file(item, values, UNSET)
        case _:
            yield ask.UpsertCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.KnowledgeUpsert(kind=item.kind, id=item.id, **values),
            )


def delete_request(item: Item) -> ask.Action:
    """Return the action that deletes what belongs to a card, or a context artifact."""
    match item.kind:
        case "context_artifact":
            return ask.DeleteContextArtifact(payload=ask.OneOf(id=item.id))
        case "link":
            artifact_id = item.fields["context_artifact_id"]
            return ask.UnlinkContextArtifact(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.Unlink(context_artifact_id=artifact_id),
            )
        case "planned_file":
            return ask.DeleteCardPlannedFile(
                target_ref=ask.CardTarget(card_id=item.parent), payload=ask.OneOf(id=item.id)
            )
        case "requirement" | "known_fact" | "assumption" | "question":
            return ask.DeleteCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=item.parent),
                payload=ask.KnowledgeRef(kind=item.kind, id=item.id),
            )
        case _:
            raise AssertionError(item.kind)


def reorder_request(item: Item, position: int) -> ask.Action:
    """Return the action that gives a workflow, an activity or a card its place among its siblings."""
    move = ask.Move(position=position)
    match item.kind:
        case "workflow":
            target = ask.WorkflowTarget(workflow_id=item.id)
            return ask.ReorderWorkflow(target_ref=target, payload=move)
        case "activity":
            activity = ask.ActivityTarget(workflow_activity_id=item.id)
            return ask.ReorderActivity(target_ref=activity, payload=move)
        case _:
            return ask.ReorderCard(target_ref=ask.CardTarget(card_id=item.id), payload=move)


def _link(item: Item, fields: dict[str, Any]) -> ask.Action:
    return ask.LinkContextArtifact(
        target_ref=ask.CardTarget(card_id=item.parent), payload=ask.Link(**fields)
    )


def _planned_file(
    item: Item, values: dict[str, Any], position: int | UnsetType
) -> Iterator[ask.Action]:
    """Yield what gives a planned file these values; ``approved`` is an action of its own."""
    card = ask.CardTarget(card_id=item.parent)
    texts = {name: value for name, value in values.items() if name != "status"}
    if texts:
        yield ask.UpsertCardPlannedFile(
            target_ref=card,
            payload=ask.PlannedFileUpsert(id=item.id, position=position, **texts),
        )
    if values.get("status") == PlannedFileStatus.APPROVED:
        yield ask.ApproveCardPlannedFile(target_ref=card, payload=ask.OneOf(id=item.id))

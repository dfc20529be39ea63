"""Reads in the action log what earlier imports of a Backlog.md folder wrote."""

from __future__ import annotations

from typing import Any

import msgspec

from planner.history import REDO, UNDO
from planner.importers.backlog_plan import Item, Standing
from store.adapter import DbAdapter
from store.records import PlanningAction, ValidationStatus

ACTOR = "import backlog"
"""In whose name the importer acts; also how it knows its own actions again."""


def standing_items(db: DbAdapter, project_id: str) -> Standing:
    """Fold the log of earlier imports into what they wrote, leaving out what was undone."""
    taken_back: set[str | None] = set()
    for row in db.list(
        PlanningAction, project_id=project_id, action_type=[UNDO, REDO], newest_first=True
    ):
        if row.batch_id not in taken_back:
            taken_back.add(row.undoes)
    items: dict[str, Item] = {}
    for row in db.list(
        PlanningAction,
        project_id=project_id,
        actor=ACTOR,
        validation_status=ValidationStatus.ACCEPTED,
    ):
        if row.batch_id not in taken_back:
            _fold(items, row.action_type, row.target_ref, row.payload)
    below: dict[str, list[Item]] = {}
    for item in items.values():
        if item.kind not in ("workflow", "activity", "card"):
            below.setdefault(item.parent, []).append(item)
    return Standing(items, below)


def _fold(
    items: dict[str, Item], action_type: str, target: dict[str, Any], payload: dict[str, Any]
) -> None:
    """Take one action of the importer into account."""
    match action_type:
        case "createWorkflow":
            items[payload["id"]] = Item("workflow", payload["id"], "", payload)
        case "createActivity":
            parent = target["workflow_id"]
            items[payload["id"]] = Item("activity", payload["id"], parent, payload)
        case "createCard":
            parent = target["workflow_activity_id"]
            items[payload["id"]] = Item("card", payload["id"], parent, payload)
        case "createContextArtifact":
            parent = target["card_id"]
            items[payload["id"]] = Item("context_artifact", payload["id"], parent, payload)
        case "updateWorkflow":
            items[target["workflow_id"]].fields.update(payload)
        case "updateCard":
            items[target["card_id"]].fields.update(payload)
        case "moveCard":
            moved = items[target["card_id"]]
            parent = payload["workflow_activity_id"]
            items[moved.id] = msgspec.structs.replace(moved, parent=parent)
        case "updateContextArtifact":
            items[payload["id"]].fields.update(payload)
        case "upsertCardKnowledgeItem":
            known = items.get(payload["id"])
            if known is not None:
                known.fields.update(payload)
            else:
                parent = target["card_id"]
                items[payload["id"]] = Item(payload["kind"], payload["id"], parent, payload)
        case "deleteCardKnowledgeItem" | "deleteContextArtifact":
            items.pop(payload["id"], None)

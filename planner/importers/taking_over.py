"""Makes rows of the plan count as written by an import, for a source that was exported from it."""

from __future__ import annotations

from typing import Any

from planner.importers.wanted import Item, Kind
from planner.readiness import Held
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssumption,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    Record,
    Workflow,
    WorkflowActivity,
)

HELD: dict[Kind, type[Held]] = {
    "requirement": CardRequirement,
    "known_fact": CardKnownFact,
    "assumption": CardAssumption,
    "question": CardQuestion,
    "planned_file": CardPlannedFile,
}
"""The record of each kind that belongs to a card and that someone has to stand behind."""

_NOT_SAID = {"id", "card_id", "position", "created_at", "updated_at"}


def item_of(row: Record) -> Item:
    """Return a workflow, an activity or a card as the item that it would have been written from."""
    match row:
        case Workflow():
            return Item("workflow", row.id, "", _fields(row, "title", "description"))
        case WorkflowActivity():
            fields = _fields(row, "title", "description", "color")
            return Item("activity", row.id, row.workflow_id, fields)
        case Card():
            names = ("title", "description", "status", "priority", "quick_answer")
            return Item("card", row.id, row.workflow_activity_id, _fields(row, *names))
    raise AssertionError(row)


def items_below(db: DbAdapter, card_ids: list[str]) -> dict[str, list[Item]]:
    """Return what belongs to cards as the items that it would have been written from."""
    below: dict[str, list[Item]] = {card_id: [] for card_id in card_ids}
    for kind, table in HELD.items():
        for row in db.list(table, card_id=card_ids):
            names = (name for name in row.__struct_fields__ if name not in _NOT_SAID)
            below[row.card_id].append(Item(kind, row.id, row.card_id, _fields(row, *names)))
    return below


def _fields(row: Record, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}

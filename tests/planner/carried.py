"""What of a project a format carries, for comparing what came back with what was there."""

from typing import Any

import msgspec

from planner.exporters.reading import read_map, with_holdings
from store.adapter import DbAdapter

_LEFT_OUT = {
    "id",
    "project_id",
    "workflow_id",
    "workflow_activity_id",
    "card_id",
    "number",
    "source",
}
_LEFT_OUT |= {"created_at", "updated_at", "confidence"}


def carried(row: Any) -> dict[str, Any]:
    """Return the columns of a row that Markdown carries."""
    values = {k: v for k, v in msgspec.structs.asdict(row).items() if k not in _LEFT_OUT}
    if "finalized_at" in values:
        values["finalized_at"] = bool(values["finalized_at"])
    if values.get("status") == "user_edited":
        values["status"] = "proposed"
    return values


def in_markdown(db: DbAdapter, project_id: str) -> list[Any]:
    """Return all of a project that Markdown carries, in map order."""
    found: list[Any] = []
    for lane in read_map(db, project_id):
        found.append(carried(lane.workflow))
        for activity, stack in lane.activities:
            found.append(carried(activity))
            for card, held in with_holdings(db, stack):
                found.append(carried(card))
                for items in msgspec.structs.astuple(held):
                    found += map(carried, items)
    return found


def in_csv(db: DbAdapter, project_id: str) -> list[Any]:
    """Return all of a project that CSV carries, in map order."""
    found: list[Any] = []
    for lane in read_map(db, project_id):
        for activity, stack in lane.activities:
            for card, held in with_holdings(db, stack):
                items = [
                    *((one.text, one.status) for one in held.requirements),
                    *((one.text, one.status, one.evidence_source) for one in held.known_facts),
                    *((one.text, one.status) for one in held.assumptions),
                    *((one.text, one.status, one.answer) for one in held.questions),
                ]
                row = [lane.workflow.title, activity.title, activity.color, card.title]
                row += [card.status, card.priority, card.description, card.quick_answer]
                found.append([*row, bool(card.finalized_at), *items])
    return found

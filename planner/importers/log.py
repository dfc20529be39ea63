"""Reads in the action log what earlier imports of a format wrote."""

from __future__ import annotations

from typing import Any

import msgspec

from planner.history import REDO, UNDO
from planner.importers.wanted import Item
from store.adapter import DbAdapter
from store.records import PlannedFileStatus, PlanningAction, ValidationStatus


def actor_of(format_name: str) -> str:
    """Return in whose name a format's importer acts; also how it knows its own actions again."""
    return f"import {format_name}"


class Written:
    """What earlier imports wrote: the items by id, and the cards they left finalized."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.items: dict[str, Item] = {}
        self.finalized: set[str] = set()

    def below(self) -> dict[str, list[Item]]:
        """Return the items that belong to a card, by its id; those of the project by ``""``."""
        below: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.kind not in ("workflow", "activity", "card"):
                below.setdefault(item.parent, []).append(item)
        return below

    def fold(self, row: PlanningAction) -> None:
        """Take one action of the importer into account."""
        target, payload = row.target_ref, row.payload
        if row.result and row.result.get("unfinalized"):
            self.finalized.discard(row.result["card_id"])
        match row.action_type:
            case "createWorkflow":
                self._made("workflow", payload, "")
            case "createActivity":
                self._made("activity", payload, target["workflow_id"])
            case "createCard":
                self._made("card", payload, target["workflow_activity_id"])
            case "createContextArtifact":
                self._made("context_artifact", payload, target["card_id"] or "")
            case "updateWorkflow":
                self._updated(target["workflow_id"], payload)
            case "updateActivity":
                self._updated(target["workflow_activity_id"], payload)
            case "updateCard":
                self._updated(target["card_id"], payload)
            case "moveCard":
                self._moved(target["card_id"], payload["workflow_activity_id"])
            case "moveActivity":
                self._moved(target["workflow_activity_id"], payload["workflow_id"])
            case "updateContextArtifact":
                self._updated(payload["id"], payload)
            case "linkContextArtifact":
                link = f"{target['card_id']}:{payload['context_artifact_id']}"
                self.items[link] = Item("link", link, target["card_id"], payload)
            case "unlinkContextArtifact":
                self.items.pop(f"{target['card_id']}:{payload['context_artifact_id']}", None)
            case "upsertCardKnowledgeItem":
                if (known := self.items.get(payload["id"])) is not None:
                    known.fields.update(payload)
                else:
                    self._made(payload["kind"], payload, target["card_id"])
            case "upsertCardPlannedFile":
                self._planned_file(payload, target["card_id"])
            case "approveCardPlannedFile":
                self._updated(payload["id"], {"status": PlannedFileStatus.APPROVED})
            case "deleteCardKnowledgeItem" | "deleteContextArtifact" | "deleteCardPlannedFile":
                self.items.pop(payload["id"], None)
            case "finalizeCard":
                self.finalized.add(target["card_id"])
            case "unfinalizeCard":
                self.finalized.discard(target["card_id"])

    def _made(self, kind: Any, payload: dict[str, Any], parent: str) -> None:
        self.items[payload["id"]] = Item(kind, payload["id"], parent, payload)

    def _updated(self, item_id: str, payload: dict[str, Any]) -> None:
        if (known := self.items.get(item_id)) is not None:  # not so where a row was taken over
            known.fields.update(payload)

    def _moved(self, item_id: str, parent: str) -> None:
        if (known := self.items.get(item_id)) is not None:
            self.items[item_id] = msgspec.structs.replace(known, parent=parent)

    def _planned_file(self, payload: dict[str, Any], card_id: str) -> None:
        known = self.items.get(payload["id"])
        if known is None:
            status = {"status": PlannedFileStatus.PROPOSED}
            self._made("planned_file", {**payload, **status}, card_id)
            return
        if known.fields["status"] == PlannedFileStatus.APPROVED:
            known.fields["status"] = PlannedFileStatus.USER_EDITED
        known.fields.update(payload)


def read_written(
    db: DbAdapter,
    project_id: str,
    format_name: str,
    *,
    after: int = 0,
    written: Written | None = None,
) -> Written:
    """Fold the log of a format's earlier imports, leaving out what was undone.

    Args:
        db: The database.
        project_id: Whose log.
        format_name: The format.
        after: The sequence of the last action that is not looked at.
        written: What stood at that moment; what other hands made since is not in it.
    """
    taken_back: set[str | None] = set()
    for row in db.list(
        PlanningAction, project_id=project_id, action_type=[UNDO, REDO], newest_first=True
    ):
        if row.batch_id not in taken_back:
            taken_back.add(row.undoes)
    known = written or Written()
    for row in db.list(
        PlanningAction,
        project_id=project_id,
        actor=actor_of(format_name),
        validation_status=ValidationStatus.ACCEPTED,
    ):
        if row.batch_id in taken_back or row.action_type in (UNDO, REDO):
            continue
        if (row.sequence or 0) > after:
            try:
                known.fold(row)
            except KeyError:  # it changed what somebody else had made since
                if written is None:
                    raise
    return known

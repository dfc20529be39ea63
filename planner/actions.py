"""The one door for every change to the map: planning actions, undo and redo.

A batch is applied in one transaction: its rows, a ``planning_action`` row with its
inverse for each action, and the project's ``action_sequence``. The first refusal rolls
all of it back; the refused action alone is then recorded, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from planner import artifact_actions, card_actions, knowledge_actions, map_actions
from planner import requests as ask
from planner.batch import Batch, new_id
from planner.changes import Touched
from planner.decode import decode
from planner.describe import clipped, describe, describe_batch, lost_marks
from planner.errors import ActionRefused, Refused, SequenceConflict
from planner.history import REDO, UNDO, down_to, to_redo, to_undo
from store.adapter import DbAdapter
from store.errors import RowMissing, RowRefused
from store.records import PlanningAction, Project, ValidationStatus, utc_now

LONGEST_KEPT_TITLE = 200
"""Characters of a title kept in an action's result."""

WRITTEN_AT_ONCE = 200
"""Actions of a batch that are written to the log together: one by one takes longer."""

Handler = Callable[[Batch, Any], dict[str, Any]]

HANDLERS: dict[type[ask.Action], Handler] = {
    ask.UpdateProject: map_actions.update_project,
    ask.CreateWorkflow: map_actions.create_workflow,
    ask.UpdateWorkflow: map_actions.update_workflow,
    ask.ReorderWorkflow: map_actions.reorder_workflow,
    ask.DeleteWorkflow: map_actions.delete_workflow,
    ask.CreateActivity: map_actions.create_activity,
    ask.UpdateActivity: map_actions.update_activity,
    ask.ReorderActivity: map_actions.reorder_activity,
    ask.MoveActivity: map_actions.move_activity,
    ask.DeleteActivity: map_actions.delete_activity,
    ask.CreateCard: card_actions.create_card,
    ask.UpdateCard: card_actions.update_card,
    ask.ReorderCard: card_actions.reorder_card,
    ask.MoveCard: card_actions.move_card,
    ask.FinalizeCard: card_actions.finalize_card,
    ask.UnfinalizeCard: card_actions.unfinalize_card,
    ask.DeleteCard: card_actions.delete_card,
    ask.CreateContextArtifact: artifact_actions.create_context_artifact,
    ask.UpdateContextArtifact: artifact_actions.update_context_artifact,
    ask.DeleteContextArtifact: artifact_actions.delete_context_artifact,
    ask.LinkContextArtifact: artifact_actions.link_context_artifact,
    ask.UnlinkContextArtifact: artifact_actions.unlink_context_artifact,
    ask.UpsertCardPlannedFile: knowledge_actions.upsert_card_planned_file,
    ask.ApproveCardPlannedFile: knowledge_actions.approve_card_planned_file,
    ask.DeleteCardPlannedFile: knowledge_actions.delete_card_planned_file,
    ask.UpsertCardKnowledgeItem: knowledge_actions.upsert_card_knowledge_item,
    ask.SetCardKnowledgeStatus: knowledge_actions.set_card_knowledge_status,
    ask.AnswerCardQuestion: knowledge_actions.answer_card_question,
    ask.DeleteCardKnowledgeItem: knowledge_actions.delete_card_knowledge_item,
}


class ActionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one accepted action; ``replayed`` when its idempotency key was known."""

    action_id: str
    action_type: str
    sequence: int
    result: dict[str, Any]
    replayed: bool = False


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch, an undo or a redo.

    ``sequence`` is the project's ``action_sequence`` afterwards, ``message`` says in words
    what was done (and, for an undo, whose it was), ``touched`` which parts of the map changed.
    """

    batch_id: str
    sequence: int
    actions: tuple[ActionResult, ...]
    message: str
    touched: Touched
    lost_marks: str = ""


class _DryRun(Exception):
    """Carries the result out of a transaction that is to be rolled back."""

    def __init__(self, result: BatchResult) -> None:
        self.result = result


class Planner:
    """Changes a plan, in someone's name."""

    def __init__(
        self,
        db: DbAdapter,
        *,
        actor: str = "user",
        clock: Callable[[], str] = utc_now,
        new_id: Callable[[], str] = new_id,
        progress: Callable[[int, int], object] | None = None,
    ) -> None:
        """Work on ``db`` in the name of ``actor``; tests pin the clock and the ids.

        ``progress`` is told how far it is and how far it goes: in actions of a batch, in row
        changes of an undo or a redo.
        """
        self._db = db
        self._actor = actor
        self._clock = clock
        self._new_id = new_id
        self._progress = progress

    def apply(
        self,
        project_id: str,
        actions: Iterable[ask.Action | dict[str, Any]],
        *,
        expected_sequence: int | None = None,
        dry_run: bool = False,
    ) -> BatchResult:
        """Apply a batch: all of it or nothing.

        Args:
            project_id: The project the batch is for.
            actions: Requests, as structs or as JSON gives them.
            expected_sequence: The project's ``action_sequence`` the caller planned against.
            dry_run: Check and work everything out, then leave the plan as it was.

        Returns:
            What was done; an action whose idempotency key is known returns its first result.

        Raises:
            ActionRefused: The first action that can't be applied; it is recorded as rejected.
            SequenceConflict: The map is no longer at ``expected_sequence``.
            StoreError: The database could not be used.
        """
        requests = list(actions)
        index = 0
        try:
            with self._db.transaction():
                batch, sequence = self._begin(project_id)
                if expected_sequence not in (None, sequence):
                    raise SequenceConflict(self._what_changed(project_id, expected_sequence or 0))
                batch_id = self._new_id()
                results: list[ActionResult] = []
                row: PlanningAction | None = None
                unwritten: list[PlanningAction] = []
                for index, request in enumerate(requests):  # a refusal tells the index
                    if self._progress is not None:
                        self._progress(index, len(requests))
                    # A struct's own rules hold when it is decoded, not when it is made.
                    action = decode(msgspec.to_builtins(request))
                    known = self._replay(project_id, action.idempotency_key, unwritten)
                    if known is not None:
                        results.append(known)
                        continue
                    row = self._apply_one(batch, action, batch_id, sequence + 1)
                    sequence += 1
                    results.append(_told(row))
                    unwritten.append(row)
                    if len(unwritten) == WRITTEN_AT_ONCE:
                        self._db.insert_many(unwritten)
                        unwritten.clear()
                if unwritten:
                    self._db.insert_many(unwritten)
                self._end(batch, sequence)
                made = [told for told in results if not told.replayed]
                message = describe_batch(row, len(made)) if row else "nothing to change"
                marks = lost_marks(told.result for told in made)
                result = BatchResult(
                    batch_id=batch_id,
                    sequence=sequence,
                    actions=tuple(results),
                    message=_sentence(", ".join(filter(None, [message, marks]))),
                    lost_marks=marks,
                    touched=batch.touched,
                )
                if dry_run:
                    raise _DryRun(result)
                return result
        except _DryRun as done:
            return done.result
        except (Refused, RowRefused, RowMissing) as refusal:
            if requests and not dry_run:
                self._record_refusal(project_id, requests[index], str(refusal))
            raise ActionRefused(str(refusal), index) from refusal

    def undo(self, project_id: str) -> BatchResult:
        """Take back the latest batch that still stands, whoever made it.

        Raises:
            ActionRefused: There is nothing to undo, or the plan can't be put back.
        """
        return self._take_back(project_id, UNDO, lambda: [to_undo(self._db, project_id)])

    def undo_to(self, project_id: str, batch_id: str) -> BatchResult:
        """Take back a batch and every newer one that still stands, all of them or none.

        Each is taken back by an undo of its own, so that ``redo`` brings them back one by one.

        Raises:
            ActionRefused: The batch does not stand, or the plan can't be put back.
        """
        return self._take_back(project_id, UNDO, lambda: down_to(self._db, project_id, batch_id))

    def redo(self, project_id: str) -> BatchResult:
        """Bring back what the latest undo took, unless something new was done since.

        Raises:
            ActionRefused: There is nothing to redo, or the plan can't be brought forward.
        """
        return self._take_back(project_id, REDO, lambda: [to_redo(self._db, project_id)])

    def _take_back(
        self, project_id: str, kind: str, find: Callable[[], Sequence[PlanningAction | None]]
    ) -> BatchResult:
        """Take back the batches that ``find`` gives the last action of, in that order."""
        done: list[PlanningAction] = []
        try:
            with self._db.transaction():
                batch, sequence = self._begin(project_id)
                for last in find() or [None]:
                    if last is None or last.batch_id is None:
                        raise ActionRefused(f"There is nothing to {kind}.")
                    done.append(self._take_back_one(batch, last, kind, sequence + 1))
                    sequence += 1
                self._end(batch, sequence)
        except (RowMissing, RowRefused) as error:
            raise ActionRefused(
                f"The {kind} can't be done, since the plan was changed outside the action log: "
                f"{error}"
            ) from error
        except Refused as refusal:
            raise ActionRefused(f"The {kind} can't be done: {refusal}") from refusal
        whose = done[-1].payload["whose"]
        by = f" by {whose}" if whose and whose != self._actor else ""
        how = "Undid" if kind == UNDO else "Redid"
        several = f" {len(done)} changes, down to" if len(done) > 1 else ""
        return BatchResult(
            batch_id=done[-1].batch_id or "",
            sequence=sequence,
            actions=tuple(_told(row) for row in done),
            message=f"{how}{several}: {done[-1].payload['what']}{by}",
            touched=batch.touched,
        )

    def _take_back_one(
        self, batch: Batch, last: PlanningAction, kind: str, sequence: int
    ) -> PlanningAction:
        """Take back a whole batch, given its last action; returns the undo or redo."""
        batch.next_action()
        rows = self._db.list(PlanningAction, batch_id=last.batch_id, newest_first=True)
        steps, done = sum(len(row.inverse or ()) for row in rows), 0
        for row in rows:
            if row.inverse is None:
                raise ActionRefused(
                    f"“{describe(row)}” was made by a version that kept no way back."
                )
            for change in row.inverse:
                if self._progress is not None:
                    self._progress(done, steps)
                batch.changes.apply([change])
                done += 1
        what = describe_batch(last, len(rows)) if kind == UNDO else str(last.payload["what"])
        taken = PlanningAction(
            id=self._new_id(),
            project_id=batch.project.id,
            action_type=kind,
            target_ref={"batch_id": last.batch_id},
            payload={
                "what": what,
                "whose": last.actor if kind == UNDO else last.payload.get("whose"),
            },
            validation_status=ValidationStatus.ACCEPTED,
            applied_at=batch.now,
            created_at=batch.now,
            sequence=sequence,
            actor=self._actor,
            batch_id=self._new_id(),
            undoes=last.batch_id,
            inverse=batch.changes.inverse,
            result={**_ids(last.result or {}), "title": what},
        )
        self._db.insert(taken)
        return taken

    def _begin(self, project_id: str) -> tuple[Batch, int]:
        project = self._db.get(Project, project_id)
        if project is None:
            raise ActionRefused(f"There is no project {project_id}.")
        batch = Batch(self._db, project, actor=self._actor, clock=self._clock, new_id=self._new_id)
        return batch, project.action_sequence

    def _end(self, batch: Batch, sequence: int) -> None:
        if sequence != batch.project.action_sequence:
            self._db.update(
                Project,
                batch.project.id,
                action_sequence=sequence,
                card_sequence=batch.card_sequence,
            )

    def _apply_one(
        self, batch: Batch, action: ask.Action, batch_id: str, sequence: int
    ) -> PlanningAction:
        batch.next_action()
        result = HANDLERS[type(action)](batch, action)
        if result.get("title") is not None:
            result["title"] = clipped(result["title"], LONGEST_KEPT_TITLE)
        written = msgspec.to_builtins(action)
        return PlanningAction(
            id=self._new_id(),
            project_id=batch.project.id,
            action_type=written["action_type"],
            target_ref=written["target_ref"],
            payload=written["payload"],
            validation_status=ValidationStatus.ACCEPTED,
            applied_at=batch.now,
            idempotency_key=action.idempotency_key,
            created_at=batch.now,
            sequence=sequence,
            actor=self._actor,
            batch_id=batch_id,
            inverse=batch.changes.inverse,
            result=result,
        )

    def _replay(
        self, project_id: str, key: str | None, unwritten: list[PlanningAction]
    ) -> ActionResult | None:
        if key is None:
            return None
        rows = [row for row in unwritten if row.idempotency_key == key]
        rows = rows or self._db.list(PlanningAction, project_id=project_id, idempotency_key=key)
        return msgspec.structs.replace(_told(rows[0]), replayed=True) if rows else None

    def _record_refusal(
        self, project_id: str, request: ask.Action | dict[str, Any], reason: str
    ) -> None:
        written = msgspec.to_builtins(request)
        if not isinstance(written, dict):
            written = {"payload": {"request": written}}
        target, payload = written.get("target_ref"), written.get("payload")
        now = self._clock()
        row = PlanningAction(
            id=self._new_id(),
            project_id=project_id,
            action_type=str(written.get("action_type")),
            target_ref=target if isinstance(target, dict) else {},
            payload=payload if isinstance(payload, dict) else {},
            validation_status=ValidationStatus.REJECTED,
            rejection_reason=reason,
            created_at=now,
            actor=self._actor,
        )
        try:
            with self._db.transaction():
                self._db.insert(row)
        except RowRefused:
            # What it asked for can't even be written down; that it was refused still can.
            bare = msgspec.structs.replace(row, action_type="unreadable", target_ref={}, payload={})
            with self._db.transaction():
                self._db.insert(bare)

    def _what_changed(self, project_id: str, since: int) -> str:
        newer = self._db.actions_between(project_id, since, limit=5)
        told = "; ".join(f"{row.actor or 'someone'}: {describe(row)}" for row in newer)
        return (
            f"The map has changed since sequence {since}: {told or 'it never was there'}. "
            "Look at it again and plan anew."
        )


def _told(row: PlanningAction) -> ActionResult:
    return ActionResult(
        action_id=row.id,
        action_type=row.action_type,
        sequence=row.sequence or 0,
        result=row.result or {},
    )


def _ids(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name.endswith("_id")}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

"""How far runs and assignments are, written in one place: the row, its event, what the map shows.

These are not planning actions: taking back the last change of the plan must not take back what a
run has done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.batch import new_id
from planner.runs.open_runs import open_run_of_card
from store.adapter import DbAdapter
from store.errors import RowMissing
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    Card,
    CardAssignment,
    CardStatus,
    EventLog,
    OrchestrationRun,
    RunScope,
    RunStep,
    WaitsFor,
    Workflow,
    utc_now,
)

ENDED = (BuildState.FAILED, BuildState.COMPLETED, BuildState.CANCELLED)
"""The states of a run that is over, as long as nobody resumes it."""

SUPERVISOR = "supervisor"
"""The actor of what nobody asked for by hand."""

LONGEST_REASON = 2_000
"""Characters of a reason that are kept; what was printed is in the logs."""

_SET_BY_RUNS = (CardStatus.ACTIVE, CardStatus.QUESTIONS, CardStatus.REVIEW)


def set_run(
    db: DbAdapter,
    run_id: str,
    status: BuildState,
    *,
    actor: str,
    step: RunStep | None = None,
    waits_for: WaitsFor | None = None,
    reason: str | None = None,
    payload: dict[str, Any] | None = None,
    clock: Callable[[], str] = utc_now,
) -> OrchestrationRun:
    """Say how far a run is; nothing is written when it was that far already.

    Cancelling it cancels what is open of it: its assignments, and what a person was asked.

    Args:
        db: The open plan.
        run_id: The run.
        status: How far it is.
        actor: Whose doing that is.
        step: What it is at, while it runs.
        waits_for: What would let it go on, when it is blocked.
        reason: Why, in words.
        payload: What the event tells besides.
        clock: Tells the time.

    Returns:
        The run as it is now.

    Raises:
        RowMissing: There is no such run.
        StoreError: The database could not be used.
    """
    with db.transaction():
        run = _run(db, run_id)
        reason, now = _kept(reason), clock()
        values = _what_changes(run, status, step, waits_for, reason, now)
        if not values:
            return run
        db.update(OrchestrationRun, run_id, **values)
        told = {"step": step, "waits_for": waits_for, "reason": reason, **(payload or {})}
        tell(db, run, _run_event(run, status, step), actor=actor, payload=told, clock=clock)
        if run.workflow_id is not None and run.scope is RunScope.WORKFLOW:
            state = _as_built(status, waits_for)
            db.update(Workflow, run.workflow_id, build_state=state, updated_at=now)
        assignments = db.below_runs(CardAssignment, [run_id])
        if status is BuildState.CANCELLED:
            _cancel_what_is_open(db, run, assignments, actor, clock)
        elif waits_for is WaitsFor.APPROVAL:
            for assignment in assignments:
                _set_card(db, assignment.card_id, now, status=CardStatus.REVIEW)
        elif status is BuildState.COMPLETED:
            for assignment in assignments:
                _set_card(db, assignment.card_id, now, status=CardStatus.PRODUCTION)
        return _run(db, run_id)


def set_assignment(
    db: DbAdapter,
    assignment_id: str,
    status: BuildState,
    *,
    actor: str,
    step: RunStep | None = None,
    waits_for: WaitsFor | None = None,
    reason: str | None = None,
    payload: dict[str, Any] | None = None,
    clock: Callable[[], str] = utc_now,
) -> CardAssignment:
    """Say how far an assignment is, and its card with it; nothing is written when nothing changes.

    Args:
        db: The open plan.
        assignment_id: The assignment; when it is completed, its ``head_commit`` is what was built.
        status: How far it is.
        actor: Whose doing that is.
        step: What it is at, while it runs.
        waits_for: What would let it go on, or begin.
        reason: Why, in words.
        payload: What the event tells besides.
        clock: Tells the time.

    Returns:
        The assignment as it is now.

    Raises:
        RowMissing: There is no such assignment.
        StoreError: The database could not be used.
    """
    with db.transaction():
        was = _assignment(db, assignment_id)
        reason, now = _kept(reason), clock()
        values = _what_changes(was, status, step, waits_for, reason, now)
        if not values:
            return was
        db.update(CardAssignment, assignment_id, **values)
        run, card = _run(db, was.run_id), db.get(Card, was.card_id)
        told: dict[str, Any] = {
            "assignment_id": assignment_id,
            "card_id": was.card_id,
            "number": card.number if card is not None else None,
            "title": card.title if card is not None else None,
            "step": step,
            "waits_for": waits_for,
            "reason": reason,
            **(payload or {}),
        }
        tell(db, run, f"assignment.{status}", actor=actor, payload=told, clock=clock)
        if status is BuildState.CANCELLED:
            _put_back(db, run, was.card_id, now)
        else:
            _set_card(db, was.card_id, now, **_card_values(was, status, waits_for, now))
        return _assignment(db, assignment_id)


def tell(
    db: DbAdapter,
    run: OrchestrationRun,
    event_type: str,
    *,
    actor: str,
    payload: dict[str, Any] | None = None,
    clock: Callable[[], str] = utc_now,
) -> None:
    """Add an event of a run to the log; what it has nothing to say about is left out."""
    told = {name: value for name, value in (payload or {}).items() if value is not None}
    db.insert(
        EventLog(
            id=new_id(),
            project_id=run.project_id,
            run_id=run.id,
            event_type=event_type,
            actor=actor,
            payload=told,
            created_at=clock(),
        )
    )


def _run_event(was: OrchestrationRun, status: BuildState, step: RunStep | None) -> str:
    if status is BuildState.QUEUED:
        # A new one is not written by ``set_run``; one that is queued may come to wait for a place.
        return "run.queued" if was.status is status else "run.resumed"
    if status is BuildState.RUNNING:
        return "run.started" if was.status is BuildState.QUEUED else f"run.{step or status}"
    return f"run.{status}"


def _as_built(status: BuildState, waits_for: WaitsFor | None) -> BuildState:
    """Return what the map shows: what waits for an approval is built."""
    return BuildState.COMPLETED if waits_for is WaitsFor.APPROVAL else status


def _card_values(
    was: CardAssignment, status: BuildState, waits_for: WaitsFor | None, now: str
) -> dict[str, Any]:
    values: dict[str, Any] = {"build_state": status}
    if status is BuildState.RUNNING and was.status is not BuildState.RUNNING:
        values["status"] = CardStatus.ACTIVE
    elif waits_for is WaitsFor.ANSWERS:
        values["status"] = CardStatus.QUESTIONS
    elif status is BuildState.COMPLETED:
        values.update(last_built_at=now, last_build_ref=was.head_commit)
    return values


def _put_back(db: DbAdapter, run: OrchestrationRun, card_id: str, now: str) -> None:
    """Let a card stand where it stood before a run that is cancelled."""
    newer = open_run_of_card(db, card_id)
    card = db.get(Card, card_id)
    if card is None or (newer is not None and newer.id != run.id):
        return
    values: dict[str, Any] = {"build_state": BuildState.CANCELLED}
    before = run.run_input_snapshot.get("status_before", {}).get(card_id)
    if before is not None and card.status in _SET_BY_RUNS:  # else a person has set it since
        values["status"] = before
    _set_card(db, card_id, now, **values)


def _set_card(db: DbAdapter, card_id: str, now: str, **values: Any) -> None:
    """Write what has changed of a card; one that has gone meanwhile is left alone."""
    card = db.get(Card, card_id)
    if card is None:
        return
    changed = {name: value for name, value in values.items() if getattr(card, name) != value}
    if changed:
        db.update(Card, card_id, **changed, updated_at=now)


def _cancel_what_is_open(
    db: DbAdapter,
    run: OrchestrationRun,
    assignments: list[CardAssignment],
    actor: str,
    clock: Callable[[], str],
) -> None:
    now = clock()
    for assignment in assignments:
        if assignment.status is not BuildState.COMPLETED:
            set_assignment(db, assignment.id, BuildState.CANCELLED, actor=actor, clock=clock)
        else:
            _put_back(db, run, assignment.card_id, now)
    asked = (ApprovalStatus.PENDING, ApprovalStatus.APPROVED)
    for request in db.list(ApprovalRequest, run_id=run.id, status=asked, acted_at=None):
        db.update(
            ApprovalRequest,
            request.id,
            status=ApprovalStatus.REJECTED,
            resolved_by=actor,
            resolved_at=now,
            notes="the run was cancelled",
            updated_at=now,
        )


def _what_changes(
    was: OrchestrationRun | CardAssignment,
    status: BuildState,
    step: RunStep | None,
    waits_for: WaitsFor | None,
    reason: str | None,
    now: str,
) -> dict[str, Any]:
    """Return the columns to write; none when it was that far already."""
    if (was.status, was.step, was.waits_for, was.reason) == (status, step, waits_for, reason):
        return {}
    values: dict[str, Any] = {
        "status": status,
        "step": step,
        "waits_for": waits_for,
        "reason": reason,
        "updated_at": now,
        "ended_at": now if status in ENDED else None,
    }
    if status is BuildState.RUNNING and was.started_at is None:
        values["started_at"] = now
    return values


def _kept(reason: str | None) -> str | None:
    if reason is None or len(reason) <= LONGEST_REASON:
        return reason
    return reason[: LONGEST_REASON - 1] + "…"


def _run(db: DbAdapter, run_id: str) -> OrchestrationRun:
    run = db.get(OrchestrationRun, run_id)
    if run is None:
        raise RowMissing(f"There is no run {run_id}: it was deleted.")
    return run


def _assignment(db: DbAdapter, assignment_id: str) -> CardAssignment:
    assignment = db.get(CardAssignment, assignment_id)
    if assignment is None:
        raise RowMissing(f"There is no assignment {assignment_id}: it was deleted.")
    return assignment

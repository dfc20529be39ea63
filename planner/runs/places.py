"""Places: how many agents of a project are at work at once, and who is next in line."""

from __future__ import annotations

from planner.runs.policy import Policy
from planner.runs.states import SUPERVISOR, set_assignment, set_run
from store.adapter import DbAdapter
from store.records import BuildState, CardAssignment, OrchestrationRun, RunStep, WaitsFor


def claim_place(db: DbAdapter, assignment_id: str, policy: Policy) -> bool:
    """Have a queued assignment running, if one more of its project may be.

    Args:
        db: The open plan.
        assignment_id: The assignment.
        policy: What its run is held to; it says how many may be at work.

    Returns:
        Whether it is running now; else it waits for a place, or is not queued any more.
    """
    with db.transaction():
        assignment = db.get(CardAssignment, assignment_id)
        run = db.get(OrchestrationRun, assignment.run_id) if assignment is not None else None
        if assignment is None or run is None or assignment.status is not BuildState.QUEUED:
            return False
        if run.cancel_requested_at is not None:
            return False
        if _at_work(db, run.project_id) >= policy.limits.agents_at_once:
            place = {"actor": SUPERVISOR, "waits_for": WaitsFor.PLACE}
            set_assignment(db, assignment_id, BuildState.QUEUED, **place)  # type: ignore[arg-type]
            if run.status is BuildState.QUEUED:
                set_run(db, run.id, BuildState.QUEUED, **place)  # type: ignore[arg-type]
            return False
        if run.status is not BuildState.RUNNING:
            set_run(db, run.id, BuildState.RUNNING, actor=SUPERVISOR)
        set_assignment(
            db, assignment_id, BuildState.RUNNING, actor=SUPERVISOR, step=RunStep.PREPARING
        )
        return True


def next_in_line(db: DbAdapter, project_id: str) -> str | None:
    """Return the run that has been waiting the longest for a place of its first assignment."""
    waiting = db.list(
        OrchestrationRun,
        project_id=project_id,
        status=BuildState.QUEUED,
        waits_for=WaitsFor.PLACE,
        limit=1,
    )
    return waiting[0].id if waiting else None


def shall_wait(db: DbAdapter, run: OrchestrationRun) -> bool:
    """Say whether a run's supervisor is to wait for a place.

    Only the one whose run is first in line does, so that many queued runs are not many processes;
    whoever takes a place calls the next.
    """
    stands = db.get(OrchestrationRun, run.id)
    if stands is None or stands.waits_for is not WaitsFor.PLACE:
        return stands is not None and stands.status is BuildState.RUNNING
    return next_in_line(db, stands.project_id) == stands.id


def _at_work(db: DbAdapter, project_id: str) -> int:
    """Count the assignments of a project that have a place."""
    runs = db.list(OrchestrationRun, project_id=project_id, status=BuildState.RUNNING)
    ids = [run.id for run in runs]
    return db.count(CardAssignment, run_id=ids, status=BuildState.RUNNING) if ids else 0

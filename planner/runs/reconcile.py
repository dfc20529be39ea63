"""The truth after a crash: what every run's supervisor, agent and checks have come to meanwhile.

Whatever begins looks after the runs first. A run whose supervisor lives is left to it; any other
that is not at rest gets a new one, which adopts what still runs, finishes what has ended, and has
failed what was killed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.executions import Exited, Gone, Running, look_at
from planner.runs.open_runs import OPEN
from planner.runs.places import next_in_line
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    WaitsFor,
    Workflow,
)

_AT_WORK = (BuildState.QUEUED, BuildState.RUNNING)


def has_work(db: DbAdapter, run_id: str) -> bool:
    """Say whether there is something to do for a run that needs no person."""
    run = db.get(OrchestrationRun, run_id)
    if run is None or run.status not in OPEN:
        return False
    if run.cancel_requested_at is not None or run.status is BuildState.RUNNING:
        return True
    if run.status is BuildState.QUEUED:
        # One that waits for a place needs a supervisor only when it is next in line.
        return run.waits_for is not WaitsFor.PLACE or next_in_line(db, run.project_id) == run_id
    return bool(
        db.count(ApprovalRequest, run_id=run_id, status=ApprovalStatus.APPROVED, acted_at=None)
    )


def look_after(
    db: DbAdapter, supervisors: Supervisors, project_id: str | None = None
) -> tuple[str, ...]:
    """See to every run that is not at rest and has nobody who sees to it.

    Args:
        db: The open plan.
        supervisors: Starts who takes such a run up.
        project_id: Whose runs; those of all projects when None.

    Returns:
        What it found, a sentence for each such run.
    """
    found = []
    where: dict[str, Any] = {} if project_id is None else {"project_id": project_id}
    for run in db.list(OrchestrationRun, status=OPEN, **where):
        if not has_work(db, run.id):
            continue
        with supervisors.unsupervised(run.id) as nobody:
            words = _what_became_of(db, run) if nobody else ""
        if not words:
            continue
        try:
            supervisors.ensure(run.id)
        except Refused as refusal:
            words = f"{words} Nobody could be started to see to it: {refusal}"
        found.append(words)
    return tuple(found)


def _what_became_of(db: DbAdapter, run: OrchestrationRun) -> str:
    """Say how a run stands whose supervisor is gone."""
    name = name_of(db, run)
    if run.cancel_requested_at is not None:
        return f"{name} is being cancelled."
    if run.status is not BuildState.RUNNING:
        return f"{name} goes on."
    running = db.list(CardAssignment, run_id=run.id, status=BuildState.RUNNING)
    seen = [
        look_at(Path(turn.folder or ""), turn.pid, turn.pid_started)
        for turn in (
            db.list(
                AgentExecution,
                assignment_id=[one.id for one in running],
                status=BuildState.RUNNING,
            )
            if running
            else ()
        )
    ]
    if any(isinstance(one, Running) for one in seen):
        return f"{name} goes on: its agent is at work."
    if any(isinstance(one, Exited) for one in seen):
        return f"{name} goes on: its agent has ended meanwhile."
    if any(isinstance(one, Gone) for one in seen):
        return f"{name} was interrupted: its agent was killed."
    step = next((one.step for one in running if one.step), run.step) or "work"
    return f"{name} goes on: it was interrupted at {step}."


def name_of(db: DbAdapter, run: OrchestrationRun) -> str:
    """Return what a run is called in a sentence: its card or its workflow."""
    card = db.get(Card, run.card_id) if run.card_id is not None else None
    if card is not None:
        number = f"#{card.number} " if card.number is not None else ""
        return f"{number}“{clipped(card.title)}”"
    workflow = db.get(Workflow, run.workflow_id) if run.workflow_id is not None else None
    return f"The workflow “{clipped(workflow.title)}”" if workflow is not None else "A run"

"""Driving one assignment: its worktree, a turn of its agent, what that left, its checks.

Where it is stands in its row; each step does what is left of it and writes down the next. So a
step may be broken off anywhere and done again, by this supervisor or by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from planner.errors import Refused
from planner.runs.executions import (
    Exited,
    Gone,
    Running,
    end_execution,
    look_at,
    wait_for,
)
from planner.runs.preparing import await_worktree, copied_files, prepare, worktree_of
from planner.runs.processes import end_processes
from planner.runs.states import SUPERVISOR, set_assignment
from planner.runs.turns import (
    adopt,
    begin_turn,
    call_off,
    finish_turn,
    has_begun,
    record_end,
    running_execution,
    start,
)
from planner.runs.work import RECHECK, Stopped, Work, patiently
from store.errors import DatabaseBusy, RowMissing
from store.records import (
    AgentExecution,
    BuildState,
    CardAssignment,
    CheckStatus,
    OrchestrationRun,
    RunCheck,
    RunStep,
)


def drive(work: Work, assignment_id: str) -> None:
    """Drive a running assignment as far as it goes without a person.

    Afterwards it is completed, blocked, failed or cancelled; or gone, with the whole run.
    """
    is_new = True  # to this supervisor: an earlier one may have left a step half done
    try:
        try:
            while patiently(partial(_step, work, assignment_id, is_new), work.stopped):
                is_new = False
        except Refused as refusal:
            fail(work, assignment_id, str(refusal))
        except (Stopped, DatabaseBusy):
            patiently(lambda: _stop(work, assignment_id))
    except RowMissing:
        _end_everything(work, assignment_id)


def _step(work: Work, assignment_id: str, is_new: bool) -> bool:
    """Do what an assignment's row says is next; False when nothing is."""
    assignment = work.assignment(assignment_id)
    if assignment.status is not BuildState.RUNNING:
        return False
    if work.stopped():
        raise Stopped
    _STEPS.get(assignment.step or RunStep.PREPARING, _prepare)(work, assignment_id, is_new)
    return True


# Steps


def _prepare(work: Work, assignment_id: str, is_new: bool) -> None:
    assignment = work.assignment(assignment_id)
    execution = running_execution(work, assignment_id)
    if execution is not None and not isinstance(_seen(execution), Gone):
        await_worktree(work, assignment)
    else:
        _make_worktree(work, assignment, execution)
    _go_on(work, assignment_id, RunStep.AGENT)


def _make_worktree(
    work: Work, assignment: CardAssignment, execution: AgentExecution | None
) -> None:
    """See to the worktree before an agent begins; a turn that was to begin there is called off."""
    try:
        prepare(work, assignment)
    except Refused as refusal:
        if execution is not None:
            call_off(work, execution, str(refusal))
        raise


def _seen(execution: AgentExecution) -> Running | Exited | Gone:
    return look_at(Path(execution.folder or ""), execution.pid, execution.pid_started)


def _run_agent(work: Work, assignment_id: str, is_new: bool) -> None:
    assignment = work.assignment(assignment_id)
    execution = running_execution(work, assignment_id)
    if execution is None:
        if (assignment.next_turn or {}).get("kind", RECHECK) == RECHECK:
            # There is nothing to tell it: what it left is to be looked at once more.
            _go_on(work, assignment_id, RunStep.COLLECTING)
            return
        execution = begin_turn(work, assignment)
    folder = Path(execution.folder or "")
    seen = _seen(execution)
    if isinstance(seen, Gone) and not has_begun(folder):
        execution = start(work, assignment, execution)
    elif is_new or execution.pid is None:
        execution = adopt(work, execution, seen)
    ended = wait_for(folder, execution.pid, execution.pid_started, stopped=work.stopped)
    if isinstance(ended, Running):
        raise Stopped
    if isinstance(ended, Gone) and not has_begun(folder):
        # It was begun with the run, and git could not add its worktree.
        _make_worktree(work, assignment, execution)
        return
    if isinstance(ended, Gone):
        end_processes(work.marker(assignment_id, execution.id))
    with work.db.transaction():
        finish_turn(work, execution, ended)
        _go_on(work, assignment_id, RunStep.COLLECTING)


def _collect(work: Work, assignment_id: str, is_new: bool) -> None:
    from planner.runs.collecting import collect  # here, since an agent need not wait for it

    collect(work, work.assignment(assignment_id))


def _run_checks(work: Work, assignment_id: str, is_new: bool) -> None:
    from planner.runs.checks import all_passed, marker_of_checks, run_checks

    assignment, run = work.assignment(assignment_id), work.run()
    if is_new:
        end_processes(marker_of_checks(run, assignment))
    head = assignment.head_commit or ""
    looked = work.looked.pop(assignment_id, None)
    if looked is not None and looked.commit != head:
        looked = None
    done = run_checks(
        work.db,
        run,
        assignment,
        worktree=worktree_of(assignment),
        commit=head,
        policy=work.policy,
        folders=work.folders,
        stopped=work.stopped,
        environ=work.environ,
        leave=copied_files(work, assignment),
        is_settled=looked is not None and looked.is_clean,
        verdict=looked.verdict if looked is not None else None,
    )
    if work.stopped():
        raise Stopped
    if all_passed(work.db, run, assignment, head, work.policy):
        payload = {"commit": head, "checks": [check.check_type for check in done]}
        set_assignment(
            work.db, assignment_id, BuildState.COMPLETED, actor=SUPERVISOR, payload=payload
        )
        return
    reason = what_did_not_pass(done)
    set_assignment(work.db, assignment_id, BuildState.FAILED, actor=SUPERVISOR, reason=reason)


def what_did_not_pass(done: Sequence[RunCheck]) -> str:
    """Say which checks did not pass."""
    missed = [
        f"{check.check_type} {'failed' if check.status is CheckStatus.FAILED else 'was skipped'}"
        for check in done
        if check.status is not CheckStatus.PASSED
    ]
    return f"Not all checks passed: {', '.join(missed) or 'some were not run'}."


_STEPS = {
    RunStep.PREPARING: _prepare,
    RunStep.AGENT: _run_agent,
    RunStep.COLLECTING: _collect,
    RunStep.CHECKS: _run_checks,
}


# Ends


def _go_on(work: Work, assignment_id: str, step: RunStep) -> None:
    with work.db.transaction():
        if work.assignment(assignment_id).status is BuildState.RUNNING:
            set_assignment(work.db, assignment_id, BuildState.RUNNING, actor=SUPERVISOR, step=step)


def fail(work: Work, assignment_id: str, reason: str) -> None:
    """Have an assignment failed, whatever it was at."""
    patiently(
        lambda: set_assignment(
            work.db, assignment_id, BuildState.FAILED, actor=SUPERVISOR, reason=reason
        )
    )


def _stop(work: Work, assignment_id: str) -> None:
    """End what an assignment has begun; what its agent made stays, in commits on its branch."""
    from planner.runs.collecting import collect

    assignment = work.db.get(CardAssignment, assignment_id)
    run = work.db.get(OrchestrationRun, work.run_id)
    if assignment is None or run is None:
        _end_everything(work, assignment_id)
        return
    execution = running_execution(work, assignment_id)
    if execution is not None:
        ended = end_execution(
            Path(execution.folder or ""),
            execution.pid,
            execution.pid_started,
            work.marker(assignment_id, execution.id),
        )
        code = ended.exit_code if isinstance(ended, Exited) else None
        words = f"was ended, since {run.cancel_requested_by or 'someone'} cancelled the run"
        record_end(work, execution, BuildState.CANCELLED, words, code)
    _end_everything(work, assignment_id)
    actor = run.cancel_requested_by or SUPERVISOR
    collect(work, assignment, cancelled_by=actor)


def _end_everything(work: Work, assignment_id: str) -> None:
    end_processes(work.marker(assignment_id))

"""Driving one assignment: its worktree, a turn of its agent, what that left, its checks.

Where it is stands in its row; each step does what is left of it and writes down the next. So a
step may be broken off anywhere and done again, by this supervisor or by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from planner.batch import new_id
from planner.errors import Refused
from planner.runs.agents import agent_command, agent_variables, new_session
from planner.runs.executions import (
    ExecutionSpec,
    Exited,
    Gone,
    Running,
    end_execution,
    look_at,
    start_execution,
    wait_for,
)
from planner.runs.folders import report_file
from planner.runs.preparing import copied_files, prepare, worktree_of
from planner.runs.processes import end_processes
from planner.runs.run_input import next_prompt
from planner.runs.states import SUPERVISOR, set_assignment, tell
from planner.runs.supervisors import make_private_folder
from planner.runs.work import RECHECK, Stopped, Work, patiently
from store.errors import DatabaseBusy, RowMissing
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    CheckStatus,
    DiffComment,
    OrchestrationRun,
    RunCheck,
    RunStep,
    utc_now,
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
    prepare(work, assignment)
    _go_on(work, assignment_id, RunStep.AGENT)


def _run_agent(work: Work, assignment_id: str, is_new: bool) -> None:
    assignment = work.assignment(assignment_id)
    execution = running_execution(work, assignment_id)
    if execution is None:
        if (assignment.next_turn or {}).get("kind", RECHECK) == RECHECK:
            # There is nothing to tell it: what it left is to be looked at once more.
            _go_on(work, assignment_id, RunStep.COLLECTING)
            return
        execution = _begin_turn(work, assignment)
    folder = Path(execution.folder or "")
    seen = look_at(folder, execution.pid, execution.pid_started)
    if isinstance(seen, Gone) and not has_begun(folder):
        execution = _start(work, assignment, execution)
    elif is_new and not isinstance(seen, Exited):
        execution = _adopt(work, execution, seen)
    ended = wait_for(folder, execution.pid, execution.pid_started, stopped=work.stopped)
    if isinstance(ended, Running):
        raise Stopped
    finish_turn(work, execution, ended)


def _collect(work: Work, assignment_id: str, is_new: bool) -> None:
    from planner.runs.collecting import collect  # here, since an agent need not wait for it

    collect(work, work.assignment(assignment_id))


def _run_checks(work: Work, assignment_id: str, is_new: bool) -> None:
    from planner.runs.checks import all_passed, marker_of_checks, run_checks

    assignment, run = work.assignment(assignment_id), work.run()
    if is_new:
        end_processes(marker_of_checks(run, assignment))
    head = assignment.head_commit or ""
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
        is_settled=work.settled.pop(assignment_id, None) == head,
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


# Turns


def running_execution(work: Work, assignment_id: str) -> AgentExecution | None:
    """Return the turn that was begun and has no end written down yet."""
    found = work.db.list(
        AgentExecution, assignment_id=assignment_id, status=BuildState.RUNNING, newest_first=True
    )
    return found[0] if found else None


def has_begun(folder: Path) -> bool:
    """Say whether a turn's shim has ever run: it writes its pid first of all."""
    try:
        return (folder / "alive.lock").stat().st_size > 0
    except OSError:
        return False


def _begin_turn(work: Work, assignment: CardAssignment) -> AgentExecution:
    """Write down all that a turn will be, before any of it is done."""
    turns = work.db.list(AgentExecution, assignment_id=assignment.id)
    next_turn = assignment.next_turn or {"kind": "again", "note": None}
    session = _session_to_resume(assignment, turns)
    told = msgspec.structs.replace(assignment, session=session)
    execution_id = new_id()
    folder = work.folders.execution(work.run_id, execution_id)
    prompt = next_prompt(work.db, told, next_turn, report=report_file(folder))
    own = session or new_session()
    command = agent_command(
        work.agent,
        prompt=prompt,
        prompt_file=folder / "prompt.md",
        session=own,
        report=report_file(folder),
        worktree=worktree_of(assignment),
        resuming=session is not None,
    )
    execution = AgentExecution(
        id=execution_id,
        assignment_id=assignment.id,
        status=BuildState.RUNNING,
        started_at=utc_now(),
        turn=len(turns) + 1,
        prompt=prompt,
        command=[*command.arguments],
        folder=str(folder),
        log_path=str(folder / "output.log"),
    )
    with work.db.transaction():
        work.db.insert(execution)
        work.db.update(CardAssignment, assignment.id, session=own, next_turn=None)
        for comment in work.db.list(DiffComment, assignment_id=assignment.id, execution_id=None):
            work.db.update(DiffComment, comment.id, execution_id=execution_id)  # it is told now
    return execution


def _session_to_resume(assignment: CardAssignment, turns: list[AgentExecution]) -> str | None:
    """Return the session to go on with; None for a new one.

    There is none before a first turn has run. After two turns in a row that failed, the session
    may be what is wrong.
    """
    if assignment.session is None or not any(has_begun(Path(one.folder or "")) for one in turns):
        return None
    if len(turns) > 1 and all(one.status is BuildState.FAILED for one in turns[-2:]):
        return None
    return assignment.session


def _start(work: Work, assignment: CardAssignment, execution: AgentExecution) -> AgentExecution:
    """Start a turn that was written down; one that turns out to run already is the same one."""
    folder = Path(execution.folder or "")
    prompt_file = folder / "prompt.md"
    make_private_folder(folder)
    prompt_file.write_bytes((execution.prompt or "").encode(errors="replace"))
    prompt_file.chmod(0o600)
    make_private_folder(report_file(folder).parent)
    run, card = work.run(), work.db.get(Card, assignment.card_id)
    assignment = work.assignment(assignment.id)
    told = agent_variables(
        card_id=assignment.card_id,
        number=card.number if card is not None else None,
        project_id=run.project_id,
        run_id=run.id,
        database=work.database,
        prompt_file=prompt_file,
        report=report_file(folder),
        session=assignment.session,
    )
    told |= {
        "PLANNER_ASSIGNMENT": assignment.id,
        "PLANNER_EXECUTION": execution.id,
        "PLANNER_TURN": str(execution.turn),
    }
    spec = ExecutionSpec(
        folder=folder,
        arguments=tuple(execution.command or ()),
        stdin=prompt_file if work.agent.prompt == "stdin" else None,
        cwd=worktree_of(assignment),
        environ=work.agent_environ(told),
        log=Path(execution.log_path or folder / "output.log"),
        seconds=work.agent_seconds(),
        log_bytes=work.log_bytes(),
        marker=work.marker(assignment.id, execution.id),
    )
    try:
        started = start_execution(spec)
    except Refused as refusal:
        _record_end(work, execution, BuildState.FAILED, str(refusal), None)
        raise
    payload = {"turn": execution.turn, "agent": assignment.agent_profile, "pid": started.pid}
    return _record_pid(work, execution, started.pid, started.token, "agent.started", payload)


def _adopt(work: Work, execution: AgentExecution, seen: Running | Gone) -> AgentExecution:
    """Take over a turn that an earlier supervisor started."""
    if isinstance(seen, Gone):
        return execution
    pid = seen.started.pid if seen.started else execution.pid
    token = seen.started.token if seen.started else execution.pid_started
    payload = {"turn": execution.turn, "pid": pid}
    return _record_pid(work, execution, pid, token, "run.adopted", payload)


def _record_pid(
    work: Work,
    execution: AgentExecution,
    pid: int | None,
    token: str | None,
    event_type: str,
    payload: dict[str, Any],
) -> AgentExecution:
    with work.db.transaction():
        work.db.update(AgentExecution, execution.id, pid=pid, pid_started=token)
        told = {**_named(work, execution), **payload}
        tell(work.db, work.run(), event_type, actor=SUPERVISOR, payload=told)
        return work.db.get(AgentExecution, execution.id) or execution


def finish_turn(work: Work, execution: AgentExecution, ended: Exited | Gone) -> None:
    """Write down how a turn ended, and that what it left is to be looked at next."""
    if isinstance(ended, Gone):
        end_processes(work.marker(execution.assignment_id, execution.id))
        since = work.run().heartbeat_at or execution.started_at
        words = f"was interrupted after {since}: its processes were killed"
        with work.db.transaction():
            _record_end(work, execution, BuildState.FAILED, words, None)
            payload = {**_named(work, execution), "reason": words}
            tell(work.db, work.run(), "run.interrupted", actor=SUPERVISOR, payload=payload)
            _go_on(work, execution.assignment_id, RunStep.COLLECTING)
        return
    failed = ended.problem is not None or ended.exit_code != 0
    problem = ended.problem or (f"exited with {ended.exit_code}" if failed else None)
    status = BuildState.FAILED if failed else BuildState.COMPLETED
    with work.db.transaction():
        _record_end(work, execution, status, problem, ended.exit_code)
        _go_on(work, execution.assignment_id, RunStep.COLLECTING)


def _record_end(
    work: Work,
    execution: AgentExecution,
    status: BuildState,
    problem: str | None,
    exit_code: int | None,
) -> None:
    with work.db.transaction():
        work.db.update(
            AgentExecution,
            execution.id,
            status=status,
            ended_at=utc_now(),
            error=problem,
            exit_code=exit_code,
        )
        payload = {**_named(work, execution), "exit_code": exit_code, "problem": problem}
        tell(work.db, work.run(), "agent.ended", actor=SUPERVISOR, payload=payload)


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
        _record_end(work, execution, BuildState.CANCELLED, words, code)
    _end_everything(work, assignment_id)
    actor = run.cancel_requested_by or SUPERVISOR
    collect(work, assignment, cancelled_by=actor)


def _end_everything(work: Work, assignment_id: str) -> None:
    end_processes(work.marker(assignment_id))


def _named(work: Work, execution: AgentExecution) -> dict[str, Any]:
    """Return what names a turn in an event."""
    assignment = work.assignment(execution.assignment_id)
    card = work.db.get(Card, assignment.card_id)
    return {
        "assignment_id": assignment.id,
        "execution_id": execution.id,
        "card_id": assignment.card_id,
        "number": card.number if card is not None else None,
        "title": card.title if card is not None else None,
    }

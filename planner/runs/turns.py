"""Turns of an agent: written down before they are begun, started, adopted, and how they ended.

What the agent is to be told (``next_turn``) stays in its assignment's row until it has been told:
a turn that could not be run was none.
"""

from __future__ import annotations

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
)
from planner.runs.folders import report_file
from planner.runs.preparing import worktree_of
from planner.runs.processes import Ending
from planner.runs.run_input import next_prompt
from planner.runs.states import SUPERVISOR, tell
from planner.runs.supervisors import make_private_folder
from planner.runs.work import Work
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    DiffComment,
    utc_now,
)


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


def begin_turn(work: Work, assignment: CardAssignment) -> AgentExecution:
    """Write down all that a turn will be, before any of it is done."""
    with work.db.transaction():  # so that no comment is taken for one that it was told
        return _written_down(work, work.assignment(assignment.id))


def _written_down(work: Work, assignment: CardAssignment) -> AgentExecution:
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
    work.db.insert(execution)
    work.db.update(CardAssignment, assignment.id, session=own)
    for comment in work.db.list(DiffComment, assignment_id=assignment.id, execution_id=None):
        work.db.update(DiffComment, comment.id, execution_id=execution_id)
    return execution


def _session_to_resume(assignment: CardAssignment, turns: list[AgentExecution]) -> str | None:
    """Return the session to go on with; None for a new one.

    There is none before a first turn has run. After two turns in a row that failed, the session
    may be what is wrong.
    """
    if assignment.session is None or not any(_has_run(turn) for turn in turns):
        return None
    if len(turns) > 1 and all(one.status is BuildState.FAILED for one in turns[-2:]):
        return None
    return assignment.session


def _has_run(turn: AgentExecution) -> bool:
    folder = Path(turn.folder or "")
    seen = look_at(folder, turn.pid, turn.pid_started)
    return has_begun(folder) and not _could_not_run(seen)


def _could_not_run(ended: Exited | Gone | Running) -> bool:
    return isinstance(ended, Exited) and ended.ending is Ending.COULD_NOT_RUN


def spec_of(
    work: Work,
    assignment: CardAssignment,
    execution: AgentExecution,
    *,
    after: Path | None = None,
) -> ExecutionSpec:
    """Return what a turn that was written down is to run; its prompt's file is written.

    Args:
        work: The run.
        assignment: Whose turn it is.
        execution: The turn.
        after: A lock that it waits for, as ``ExecutionSpec`` has it.
    """
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
    return ExecutionSpec(
        folder=folder,
        arguments=tuple(execution.command or ()),
        stdin=prompt_file if work.agent.prompt == "stdin" else None,
        cwd=worktree_of(assignment),
        environ=work.agent_environ(told),
        log=Path(execution.log_path or folder / "output.log"),
        seconds=work.agent_seconds(),
        log_bytes=work.log_bytes(),
        marker=work.marker(assignment.id, execution.id),
        after=after,
    )


def start(work: Work, assignment: CardAssignment, execution: AgentExecution) -> AgentExecution:
    """Start a turn that was written down; one that turns out to run already is the same one."""
    try:
        started = start_execution(spec_of(work, assignment, execution))
    except Refused as refusal:
        record_end(work, execution, BuildState.FAILED, str(refusal), was_told=False)
        raise
    payload = {"turn": execution.turn, "agent": assignment.agent_profile, "pid": started.pid}
    return _record_pid(work, execution, started.pid, started.token, "agent.started", payload)


def adopt(work: Work, execution: AgentExecution, seen: Running | Exited | Gone) -> AgentExecution:
    """Take over a turn that an earlier supervisor started, or that was begun with its run."""
    is_known = execution.pid is not None
    if isinstance(seen, Gone) or (isinstance(seen, Exited) and is_known):
        return execution
    started = seen.started if isinstance(seen, Running) else None
    pid = started.pid if started else execution.pid
    token = started.token if started else execution.pid_started
    payload: dict[str, Any] = {"turn": execution.turn, "pid": pid}
    if not is_known:
        payload["agent"] = work.agent.name
    event = "run.adopted" if is_known else "agent.started"
    return _record_pid(work, execution, pid, token, event, payload)


def call_off(work: Work, execution: AgentExecution, reason: str) -> None:
    """End a turn whose agent can't begin, since there is nothing that it could work in."""
    end_execution(
        Path(execution.folder or ""),
        execution.pid,
        execution.pid_started,
        work.marker(execution.assignment_id, execution.id),
    )
    record_end(work, execution, BuildState.FAILED, f"did not begin: {reason}", was_told=False)


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
    """Write down how a turn ended."""
    if isinstance(ended, Gone):
        since = work.run().heartbeat_at or execution.started_at or ""
        words = (
            f"was interrupted after {since[:16].replace('T', ' ')} UTC: its processes were killed"
        )
        with work.db.transaction():
            record_end(work, execution, BuildState.FAILED, words)
            payload = {**_named(work, execution), "reason": words}
            tell(work.db, work.run(), "run.interrupted", actor=SUPERVISOR, payload=payload)
        return
    failed = ended.problem is not None or ended.exit_code != 0
    record_end(
        work,
        execution,
        BuildState.FAILED if failed else BuildState.COMPLETED,
        ended.problem or (f"exited with {ended.exit_code}" if failed else None),
        ended.exit_code,
        was_told=not _could_not_run(ended),
    )


def record_end(
    work: Work,
    execution: AgentExecution,
    status: BuildState,
    problem: str | None,
    exit_code: int | None = None,
    *,
    was_told: bool = True,
) -> None:
    """Write down that a turn is over.

    Args:
        work: The run.
        execution: The turn.
        status: What it came to.
        problem: What went wrong, in words that go after the agent's name.
        exit_code: What the agent exited with.
        was_told: Whether it could be told anything; else it is still to be told all of it.
    """
    db = work.db
    with db.transaction():
        db.update(
            AgentExecution,
            execution.id,
            status=status,
            ended_at=utc_now(),
            error=problem,
            exit_code=exit_code,
        )
        if was_told:
            db.update(CardAssignment, execution.assignment_id, next_turn=None)
        else:
            for comment in db.list(DiffComment, execution_id=execution.id):
                db.update(DiffComment, comment.id, execution_id=None)
        payload = {**_named(work, execution), "exit_code": exit_code, "problem": problem}
        tell(db, work.run(), "agent.ended", actor=SUPERVISOR, payload=payload)


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

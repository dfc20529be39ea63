"""What the run pane asks of the plan; all of it runs on the plan's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Refused
from planner.runs.reads import AssignmentRead, RunRead, read_assignment, read_runs
from store.records import (
    CardAssignment,
    CardQuestion,
    EventLog,
    KnowledgeStatus,
    OrchestrationRun,
    RunCheck,
)
from tui.session import Session

if TYPE_CHECKING:
    from planner.runs.supervisors import Supervisors

MOST_EVENTS = 500
"""Events of a run that are shown."""


@dataclass(frozen=True, slots=True)
class RunsRead:
    """The runs of the project that is open, newest first."""

    project_id: str
    project_name: str
    runs: tuple[RunRead, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """All there is to tell of a run, or of one of its assignments.

    Attributes:
        run: The run, whole.
        assignment: The assignment, whole; None for the run as such.
        checks: Those of the integration branch.
        questions: The card's, those that have no answer first.
        unanswered: How many of those that its agent asked have none.
        events: The newest ones, newest first.
    """

    run: OrchestrationRun
    assignment: AssignmentRead | None
    checks: tuple[RunCheck, ...]
    questions: tuple[CardQuestion, ...]
    unanswered: int
    events: tuple[EventLog, ...]


def read_all(session: Session, before: RunsRead | None = None) -> RunsRead | None:
    """Read every run that is shown; None when no project is open.

    Args:
        session: The session.
        before: What was read last: what is over is not read again.
    """
    if session.board is None:
        return None
    project = session.board.project
    known = {run.id: run for run in before.runs} if before is not None else {}
    return RunsRead(project.id, project.name, read_runs(session.db, project.id, known=known))


def read_details(session: Session, run_id: str, assignment_id: str | None) -> Details | None:
    """Read what there is to tell of a run or assignment; None when it is gone."""
    db = session.db
    with db.view():
        run = db.get(OrchestrationRun, run_id)
        if run is None:
            return None
        assignment = read_assignment(db, assignment_id) if assignment_id is not None else None
        events = db.list(EventLog, run_id=run_id, limit=MOST_EVENTS, newest_first=True)
        return Details(
            run,
            assignment,
            tuple(db.list(RunCheck, run_id=run_id, assignment_id=None)),
            _questions(session, assignment.assignment.card_id) if assignment is not None else (),
            count_unanswered(session, assignment_id) if assignment_id is not None else 0,
            tuple(event for event in events if _is_about(event, assignment_id)),
        )


def read_first_question(session: Session, card_id: str) -> str | None:
    """Return the card's first question that has no answer, else its first; None without any."""
    questions = _questions(session, card_id)
    return questions[0].id if questions else None


def count_unanswered(session: Session, assignment_id: str) -> int:
    """Count the questions of an assignment's agent that have no answer."""
    from planner.runs.collecting import unanswered

    assignment = session.db.get(CardAssignment, assignment_id)
    return len(unanswered(session.db, assignment)) if assignment is not None else 0


def _questions(session: Session, card_id: str) -> tuple[CardQuestion, ...]:
    questions = session.db.list(CardQuestion, card_id=card_id)
    return tuple(sorted(questions, key=lambda one: one.status != KnowledgeStatus.DRAFT))


def _is_about(event: EventLog, assignment_id: str | None) -> bool:
    """Say whether an event is about an assignment, or about the run as such."""
    return assignment_id is None or event.payload.get("assignment_id") in (None, assignment_id)


# What a person wants of a run: recorded, and a supervisor seen to.


def resume(session: Session, run_id: str, note: str | None, card_ids: Sequence[str] = ()) -> None:
    """Let a run go on with another turn of its agents.

    Args:
        session: The session.
        run_id: The run.
        note: What the agents are told besides.
        card_ids: Whose agents get the note, where none is stuck.

    Raises:
        Refused: There is nothing that could go on; the message says why.
    """
    from planner.runs import control

    control.resume(
        session.db,
        run_id,
        actor=session.actor,
        note=note,
        card_ids=card_ids,
        supervisors=_supervisors(session),
    )


def cancel(session: Session, run_id: str) -> None:
    """End a run and all its processes; its work stays where it is.

    Raises:
        Refused: It is over already.
    """
    from planner.runs import control

    control.cancel(session.db, run_id, actor=session.actor, supervisors=_supervisors(session))


def decide(session: Session, assignment_id: str, accept: bool, note: str | None) -> None:
    """Accept the files an agent changed besides the planned ones, or send it back to them.

    Raises:
        Refused: There is nothing to decide any more.
    """
    from planner.runs import control

    control.decide(
        session.db,
        assignment_id,
        accept=accept,
        note=note,
        actor=session.actor,
        supervisors=_supervisors(session),
    )


def clean(session: Session, run_id: str) -> Sequence[str]:
    """Remove the worktrees of a run; return what was done, in words.

    Raises:
        Refused: The run is not over.
    """
    from planner.runs import control

    return control.clean(session.db, run_id, actor=session.actor, supervisors=_supervisors(session))


def _supervisors(session: Session) -> Supervisors:
    if session.supervisors is None:
        raise Refused("This board has no place for runs; start it with planner-tui.")
    return session.supervisors

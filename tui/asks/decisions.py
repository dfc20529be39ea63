"""What waits for a person's word: reading it, and giving the word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Refused
from planner.runs.supervisors import Supervisors
from tui.asks.diffs import folders_of
from tui.session import Session

if TYPE_CHECKING:
    from planner.runs.decisions import Decision, Review

NO_PLACE = "Runs have no place here: start the board with a state directory to decide about them."
"""What is said where nothing could be done about a run."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a project asks a person."""

    project_id: str
    project_name: str
    decisions: tuple[Decision, ...]
    elsewhere: int
    """How many runs wait for something that is not decided here: answers, a note, a resume."""


def read_waiting(session: Session, also: Collection[str]) -> Waiting | None:
    """Read what the open project asks; None when none is open.

    Args:
        session: The session.
        also: Ids of decisions that are to be listed although the word was given.
    """
    from planner.runs.decisions import read_decisions
    from planner.runs.reads import count_waiting

    if session.board is None:
        return None
    project = session.board.project
    found = read_decisions(session.db, project.id, also)
    runs = {decision.run.id for decision in found if decision.state == "waits"}
    others = count_waiting(session.db, project.id) - len(runs)
    return Waiting(project.id, project.name, found, max(0, others))


def read_review(session: Session, run_id: str, decision_id: str) -> Review | None:
    """Read all that the database knows of a decision; None when it is gone."""
    from planner.runs.decisions import read_review

    return read_review(
        session.db, run_id, decision_id, actor=session.actor, folders=folders_of(session)
    )


def say_yes(session: Session, decision: Decision, note: str) -> str:
    """Approve what is asked; return what to say of it."""
    supervisors = _supervisors(session)
    if decision.request is not None:
        from planner.runs.approvals import approve

        approve(
            session.db,
            decision.request.id,
            actor=session.actor,
            note=note or None,
            supervisors=supervisors,
        )
        return f"Approved {decision.name}: what becomes of it shows here"
    _decide(session, decision, note, supervisors, accept=True)
    return f"Accepted the changed paths of {decision.name}"


def say_no(
    session: Session,
    decision: Decision,
    note: str,
    *,
    close: bool,
    card_ids: Sequence[str] = (),
) -> str:
    """Reject what is asked; return what to say of it.

    Args:
        session: The session.
        decision: What is asked.
        note: What is to be done differently, or why the run is closed.
        close: Whether the run is closed rather than sent back.
        card_ids: Whose agents are told, where a run has several cards; those whose lines were
            commented on where none is named.
    """
    supervisors = _supervisors(session)
    if decision.request is not None:
        from planner.runs.approvals import reject

        reject(
            session.db,
            decision.request.id,
            actor=session.actor,
            note=note or None,
            close=close,
            card_ids=card_ids,
            supervisors=supervisors,
        )
    elif close:
        from planner.runs.control import cancel

        cancel(session.db, decision.run.id, actor=session.actor, supervisors=supervisors)
    else:
        _decide(session, decision, note, supervisors, accept=False)
    return f"Closed the run of {decision.name}" if close else f"Sent {decision.name} back"


def _decide(
    session: Session, decision: Decision, note: str, supervisors: Supervisors, *, accept: bool
) -> None:
    from planner.runs.control import decide

    assert decision.assignment is not None  # noqa: S101  (narrows for the type checker)
    decide(
        session.db,
        decision.assignment.id,
        accept=accept,
        note=note or None,
        actor=session.actor,
        supervisors=supervisors,
    )


def _supervisors(session: Session) -> Supervisors:
    if session.supervisors is None:
        raise Refused(NO_PLACE)
    return session.supervisors

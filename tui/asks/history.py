"""What the history asks of the plan; all of it runs on the plan's thread."""

from __future__ import annotations

from dataclasses import dataclass

from planner.differences import Line
from planner.errors import Refused
from planner.history_words import MOST_ACTIONS, batch_in_words, names_in
from planner.log import LogEntry, LogPage, LogReader, UndoPlan, plan_undo_to, read_actions
from store.records import Card, Workflow, WorkflowActivity
from tui.session import Session


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """A page of the log of the project that is open."""

    project_id: str
    project_name: str
    page: LogPage


class HistoryAsks:
    """What one history screen asks; it keeps what narrowing by words looks into."""

    def __init__(self) -> None:
        self._readers: dict[str, LogReader] = {}

    def read(
        self, session: Session, before: int | None, limit: int, words: str, card_id: str | None
    ) -> HistoryRead | None:
        """Read a page of the log; None when no project is open."""
        if session.board is None:
            return None
        project = session.board.project
        reader = self._readers.setdefault(project.id, LogReader(session.db, project.id))
        page = reader.read(before=before, limit=limit, words=words, card_id=card_id)
        return HistoryRead(project.id, project.name, page)


def read_changes(session: Session, entry: LogEntry, card_id: str | None) -> list[Line]:
    """Read what a batch changed, in words."""
    if session.board is None:
        return []
    project_id, db = session.board.project.id, session.db
    with db.view():
        actions, count, taken_back = read_actions(
            db, project_id, entry, limit=MOST_ACTIONS, card_id=card_id
        )
        return batch_in_words(actions, names_in(db), count=count, taken_back=taken_back)


def read_undo_plan(session: Session, batch_id: str) -> UndoPlan:
    """Count what undoing back to a batch would take back."""
    if session.board is None:
        return UndoPlan(0, ())
    return plan_undo_to(session.db, session.board.project.id, batch_id)


def undo_to(session: Session, batch_id: str, agreed: UndoPlan) -> None:
    """Take back a batch and all since, if that is still what the person agreed to.

    Raises:
        Refused: Something was changed meanwhile.
    """
    if read_undo_plan(session, batch_id) != agreed:
        raise Refused("The plan was changed meanwhile, so nothing was taken back: look again.")
    session.undo_to(batch_id)


def find_subject(session: Session, subject: dict[str, str]) -> str:
    """Return the id of what an entry is about, as far as it is still on the map.

    Raises:
        Refused: It is not.
    """
    db = session.db
    for name, table in (
        ("card_id", Card),
        ("workflow_activity_id", WorkflowActivity),
        ("workflow_id", Workflow),
    ):
        row_id = subject.get(name)
        if row_id is not None:
            if db.get(table, row_id) is not None:
                return row_id
            word = {Card: "card", WorkflowActivity: "activity", Workflow: "workflow"}[table]
            raise Refused(f"The {word} it is about is no longer on the map.")
    raise Refused("It is about the project as a whole: there is no place on the map to go to.")

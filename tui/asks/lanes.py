"""What the map asks about its workflows and activities, and where things go that are moved far."""

from __future__ import annotations

from collections.abc import Sequence

from planner.board import Board
from planner.errors import Refused
from planner.moves import plan_move_activity_to, plan_move_to
from store.records import Workflow, WorkflowActivity
from tui.session import Session

Heading = Workflow | WorkflowActivity
"""What has a heading on the map."""


def read_heading(session: Session, table: type[Heading], row_id: str) -> Heading:
    """Return a workflow or an activity as it is now."""
    row = session.db.get(table, row_id)
    if row is None:
        what = "workflow" if table is Workflow else "activity"
        raise Refused(f"This {what} has been deleted meanwhile.")
    return row


def read_description(session: Session, table: type[Heading], row_id: str) -> str:
    """Return what describes a workflow or an activity; empty when nothing does."""
    row = session.db.get(table, row_id)
    return (row.description or "") if row is not None else ""


def move_cards(
    session: Session, card_ids: Sequence[str], what: str, activity_id: str, first: bool
) -> None:
    """Bring cards to an activity, against the latest board; ``what`` is what they are called."""
    board = session.board
    if board is None:
        return
    into = _title(board, activity_id)
    if into is None:
        raise Refused("That activity has been deleted meanwhile.")
    actions = plan_move_to(board, card_ids, activity_id, first=first)
    if not actions:
        raise Refused(_there_already(what, into, first))
    session.apply(actions, select=card_ids[0], note=f"Moved {what} to “{into}”", loud=True)


def move_activity(session: Session, activity_id: str, workflow_id: str, first: bool) -> None:
    """Bring an activity to a workflow, against the latest board."""
    board = session.board
    if board is None:
        return
    title, into = _title(board, activity_id), _title(board, workflow_id)
    if title is None or into is None:
        gone = "workflow" if title is not None else "activity"
        raise Refused(f"That {gone} has been deleted meanwhile.")
    action = plan_move_activity_to(board, activity_id, workflow_id, first=first)
    what = f"the activity “{title}”"
    if action is None:
        raise Refused(_there_already(what, into, first))
    session.apply([action], select=activity_id, note=f"Moved {what} to “{into}”", loud=True)


def _there_already(what: str, into: str, first: bool) -> str:
    where = f"{'first' if first else 'last'} in “{into}” already"
    return f"{what[:1].upper()}{what[1:]} is {where}."


def _title(board: Board, row_id: str) -> str | None:
    for lane in board.lanes:
        if lane.id == row_id:
            return lane.title
        for column in lane.columns:
            if column.id == row_id:
                return column.title
    return None

"""Which cards ``card list`` lists, and what it tells of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from planner.board import Board, CardFace
    from planner.filtering import CardFilter
    from store.adapter import DbAdapter
    from store.records import Project


def card_rows(
    db: DbAdapter,
    project: Project,
    *,
    statuses: Sequence[str] = (),
    workflow: str | None = None,
    activity: str | None = None,
    query: str | None = None,
) -> list[dict[str, Any]]:
    """Return the cards of a project that meet all that is asked, in the order of the map.

    Raises:
        Refused: There is no such workflow or activity, or there are several.
        click.UsageError: Something in the filter can't be understood.
    """
    from planner.board import read_board
    from planner.card_details import read_details
    from planner.filtering import narrow
    from planner.naming import find_activity, find_workflow

    inside = find_workflow(db, project.id, workflow).id if workflow is not None else None
    below = (
        find_activity(db, project.id, activity, workflow_id=inside).id
        if activity is not None
        else None
    )
    with db.view():
        board = read_board(db, project)
        lanes: Sequence[Any] = board.lanes
        if query is not None:
            wanted = read_filter(query, board)
            details = None if wanted.is_empty else read_details(db, board)
            lanes = narrow(lanes, wanted, details)
    return [
        {
            **card_row(card),
            "activity": column.title,
            "activity_id": column.id,
            "workflow": lane.title,
            "workflow_id": lane.id,
        }
        for lane in lanes
        if inside in (None, lane.id)
        for column in lane.columns
        if below in (None, column.id)
        for card in column.cards
        if not statuses or card.status in statuses
    ]


def read_filter(query: str, board: Board) -> CardFilter:
    """Read a filter; what the board would leave out of it is not understood here."""
    from planner.filter_values import vocabulary_of
    from planner.filtering import CardFilter

    wanted = CardFilter(query, vocabulary_of(board))
    if wanted.mistakes:
        words = "; ".join(mistake.reason for mistake in wanted.mistakes)
        raise click.BadParameter(words, param_hint="--filter")
    return wanted


def card_row(card: CardFace) -> dict[str, Any]:
    """Return what is told of a card, by field."""
    return {
        "number": card.number,
        "id": card.id,
        "title": card.title,
        "status": card.status,
        "priority": card.priority,
        "build_state": card.build_state,
        "ready": card.is_ready,
        "finalized": card.is_finalized,
        "requirements": card.requirements,
        "open_questions": card.questions,
        "planned_files": card.planned_files,
    }

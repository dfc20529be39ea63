"""What the saved filters show, asked on the plan's thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from planner.card_details import read_details
from planner.filter_values import vocabulary_of
from planner.filtering import CardFilter, narrow
from tui.session import Session


class Matches(NamedTuple):
    """How many cards a filter shows, and why some of it has no effect."""

    cards: int
    left_out: str


def count_matches(session: Session, queries: Sequence[str]) -> list[Matches]:
    """Count the cards that each of some filters shows in the open project."""
    session.complete()
    board = session.board
    if board is None:
        return []
    details, vocabulary = read_details(session.db, board), vocabulary_of(board)
    found = []
    for query in queries:
        by = CardFilter(query, vocabulary)
        lanes = board.lanes if by.is_empty else narrow(board.lanes, by, details)
        cards = sum(column.shown for lane in lanes for column in lane.columns)
        found.append(Matches(cards, by.mistakes[0].reason if by.mistakes else ""))
    return found

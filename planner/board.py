"""The board snapshot: a project's whole map as immutable values, read in two queries.

A change makes the next snapshot from the last: only the activities it touched are read
again, and everything else is shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from planner.changes import Touched
from store.adapter import DbAdapter, Row
from store.records import Project


class CardFace(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the map shows of a card.

    ``questions`` counts the open ones, ``undecided`` the draft requirements and assumptions and
    the planned files that aren't approved.
    """

    id: str
    number: int | None
    title: str
    status: str
    priority: int
    build_state: str | None
    finalized_at: str | None
    requirements: int
    questions: int
    planned_files: int
    approved_requirements: int = 0
    undecided: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether the card may be finalized, by the rules of ``planner.readiness``."""
        return self.approved_requirements > 0 and not (self.questions or self.undecided)

    @property
    def is_finalized(self) -> bool:
        """Whether the card bears the mark that it may be built."""
        return self.finalized_at is not None


class Column(msgspec.Struct, frozen=True):
    """An activity with its cards.

    ``size`` is how many cards it has, ``hidden`` how many of them a filter leaves out;
    ``cards`` holds the rest, and is empty until they have been read.
    """

    id: str
    title: str
    color: str | None
    size: int
    cards: tuple[CardFace, ...] = ()
    hidden: int = 0

    @property
    def shown(self) -> int:
        """How many cards there are to show."""
        return self.size - self.hidden


class Lane(msgspec.Struct, frozen=True):
    """A workflow with its activities."""

    id: str
    title: str
    build_state: str | None
    columns: tuple[Column, ...]

    @property
    def size(self) -> int:
        """How many cards the workflow has."""
        return sum(column.size for column in self.columns)


class Board(msgspec.Struct, frozen=True):
    """A project's map. ``complete`` once every card has been read."""

    project: Project
    lanes: tuple[Lane, ...]
    complete: bool

    @property
    def size(self) -> int:
        """How many cards the project has."""
        return sum(lane.size for lane in self.lanes)


def read_outline(db: DbAdapter, project: Project) -> Board:
    """Read the map without its cards: lanes, activities and how many cards each has."""
    return Board(project, _lanes(db.board_columns(project.id), {}), complete=False)


def read_lanes(db: DbAdapter, outline: Board, rows: int) -> Board:
    """Fill the first lanes of an outline with the cards of their first rows.

    Args:
        db: The open plan.
        outline: The map without its cards.
        rows: How many rows of cards can be seen at most, all lanes together.
    """
    wanted: set[str] = set()
    left = rows
    for lane in outline.lanes:
        if left <= 0:
            break
        wanted |= {column.id for column in lane.columns}
        left -= max((column.size for column in lane.columns), default=0) + 1
    faces = _faces(db.board_cards(outline.project.id, sorted(wanted), rows))
    lanes = tuple(
        msgspec.structs.replace(
            lane,
            columns=tuple(
                msgspec.structs.replace(column, cards=faces.get(column.id, ()))
                for column in lane.columns
            ),
        )
        for lane in outline.lanes
    )
    return msgspec.structs.replace(outline, lanes=lanes)


def read_board(db: DbAdapter, project: Project) -> Board:
    """Read the whole map, in one transaction's view of it."""
    with db.view():
        columns = db.board_columns(project.id)
        faces = _faces(db.board_cards(project.id))
    return Board(project, _lanes(columns, faces), complete=True)


def find_card(board: Board, card_id: str) -> CardFace | None:
    """Return a card of the board by its id, or None."""
    for lane in board.lanes:
        for column in lane.columns:
            for card in column.cards:
                if card.id == card_id:
                    return card
    return None


def next_board(db: DbAdapter, board: Board, touched: Touched) -> Board:
    """Return the board after some changes, reading again only what they touched."""
    if not board.complete:
        project = db.get(Project, board.project.id) or board.project
        return read_board(db, project)
    stale = set(touched.activities)
    if touched.cards:
        stale |= {
            column.id
            for lane in board.lanes
            for column in lane.columns
            if any(card.id in touched.cards for card in column.cards)
        }
    if touched.structure:
        project = db.get(Project, board.project.id) or board.project
        held = {column.id: column.cards for lane in board.lanes for column in lane.columns}
        board = Board(project, _lanes(db.board_columns(project.id), held), complete=True)
    if not stale:
        return board
    return _filled(board, _faces(db.board_cards(board.project.id, sorted(stale))), stale)


def _filled(board: Board, faces: dict[str, tuple[CardFace, ...]], fresh: set[str]) -> Board:
    def column(old: Column) -> Column:
        cards = faces.get(old.id, ())
        return Column(old.id, old.title, old.color, len(cards), cards)

    lanes = tuple(
        msgspec.structs.replace(
            lane, columns=tuple(column(c) if c.id in fresh else c for c in lane.columns)
        )
        if any(c.id in fresh for c in lane.columns)
        else lane
        for lane in board.lanes
    )
    return msgspec.structs.replace(board, lanes=lanes)


def _lanes(rows: Sequence[Row], faces: dict[str, tuple[CardFace, ...]]) -> tuple[Lane, ...]:
    lanes: list[Lane] = []
    for (workflow_id, title, build_state), group in groupby(rows, key=itemgetter(0, 1, 2)):
        columns = tuple(
            Column(activity_id, name, color, size, faces.get(activity_id, ()))
            for *_, activity_id, name, color, size in group
            if activity_id is not None
        )
        lanes.append(Lane(workflow_id, title, build_state, columns))
    return tuple(lanes)


def _faces(rows: Iterable[Row]) -> dict[str, tuple[CardFace, ...]]:
    return {
        activity_id: tuple(CardFace(*row[1:]) for row in group)
        for activity_id, group in groupby(rows, key=itemgetter(0))
    }

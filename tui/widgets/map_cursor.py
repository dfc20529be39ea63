"""How the selection moves over the map, one key at a time."""

from __future__ import annotations

from collections.abc import Sequence

from planner.board import CardFace, Column, Lane
from tui.widgets.map_geometry import HEADING, Place


def step(lanes: Sequence[Lane], collapsed: frozenset[str], place: Place, key: str) -> Place:
    """Return the place one ``up``, ``down``, ``left`` or ``right`` from here.

    Up from a column's first card is its activity's heading, then the workflow's, then the
    lane above; down goes the same way back. At an edge the place stays.
    """
    lane = lanes[place.lane]
    if key in ("left", "right"):
        return _sideways(lane, collapsed, place, -1 if key == "left" else 1)
    if key == "down":
        return _down(lanes, collapsed, place)
    return _up(lanes, collapsed, place)


def _sideways(lane: Lane, collapsed: frozenset[str], place: Place, by: int) -> Place:
    if place.column == HEADING or lane.id in collapsed:
        return place
    column = max(0, min(place.column + by, len(lane.columns) - 1))
    row = min(place.row, len(lane.columns[column].cards) - 1)
    return Place(place.lane, column, row)


def _down(lanes: Sequence[Lane], collapsed: frozenset[str], place: Place) -> Place:
    lane = lanes[place.lane]
    is_open = lane.id not in collapsed and bool(lane.columns)
    if place.column == HEADING and is_open:
        return Place(place.lane, 0)
    if place.column != HEADING and place.row + 1 < len(lane.columns[place.column].cards):
        return place._replace(row=place.row + 1)
    return Place(place.lane + 1) if place.lane + 1 < len(lanes) else place


def _up(lanes: Sequence[Lane], collapsed: frozenset[str], place: Place) -> Place:
    if place.column != HEADING:
        if place.row == HEADING:
            return Place(place.lane)
        return place._replace(row=place.row - 1)
    if place.lane == 0:
        return place
    above = lanes[place.lane - 1]
    if above.id in collapsed or not above.columns:
        return Place(place.lane - 1)
    return Place(place.lane - 1, 0, len(above.columns[0].cards) - 1)


def first_card(lanes: Sequence[Lane], collapsed: frozenset[str]) -> Place | None:
    """Return the first card of the map, else its first heading, or None on an empty map."""
    for index, lane in enumerate(lanes):
        if lane.id in collapsed:
            continue
        for column_index, column in enumerate(lane.columns):
            if column.cards:
                return Place(index, column_index, 0)
    return Place(0) if lanes else None


def find(lanes: Sequence[Lane], wanted: str) -> Place | None:
    """Return the place of a workflow, activity or card by its id, or None."""
    for index, lane in enumerate(lanes):
        if lane.id == wanted:
            return Place(index)
        for column_index, column in enumerate(lane.columns):
            if column.id == wanted:
                return Place(index, column_index)
            for row, card in enumerate(column.cards):
                if card.id == wanted:
                    return Place(index, column_index, row)
    return None


def nearest(lanes: Sequence[Lane], collapsed: frozenset[str], place: Place) -> Place | None:
    """Return the place closest to one that may have gone, or None on an empty map.

    Where a filter hides all cards of an activity, it is a card of the closest other one.
    """
    if not lanes:
        return None
    lane_index = max(0, min(place.lane, len(lanes) - 1))
    columns = lanes[lane_index].columns
    if place.column == HEADING or not columns or lanes[lane_index].id in collapsed:
        return Place(lane_index)
    column = min(place.column, len(columns) - 1)
    if place.row != HEADING and columns[column].hidden:
        shown = [index for index, other in enumerate(columns) if other.cards]
        column = min(shown, key=lambda index: abs(index - column), default=column)
    return Place(lane_index, column, min(place.row, len(columns[column].cards) - 1))


def lane_of(lanes: Sequence[Lane], place: Place) -> Lane:
    """Return the workflow a place is in."""
    return lanes[place.lane]


def column_of(lanes: Sequence[Lane], place: Place) -> Column | None:
    """Return the activity a place is in, None on a workflow's heading."""
    return None if place.column == HEADING else lanes[place.lane].columns[place.column]


def card_of(lanes: Sequence[Lane], place: Place) -> CardFace | None:
    """Return the card at a place, None on a heading."""
    column = column_of(lanes, place)
    if column is None or not 0 <= place.row < len(column.cards):
        return None
    return column.cards[place.row]


def id_of(lanes: Sequence[Lane], place: Place) -> str:
    """Return the id of what stands at a place."""
    card, column = card_of(lanes, place), column_of(lanes, place)
    return (card or column or lane_of(lanes, place)).id

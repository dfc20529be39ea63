"""Where everything on the map stands: from a line or a point to a place, and back.

Lanes are stacked; each is a heading line, a line of activity headings, and rows of cards
of one fixed pitch. A running sum of lane heights and ``bisect`` find the lane of a line,
so nothing here grows with the number of cards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from textual.geometry import Region

from planner.board import Lane

CARD_LINES = 3
"""Lines a card is drawn on: two of title, one of facts."""

PITCH = CARD_LINES + 1
"""Lines from one card's first to the next one's."""

HEADINGS = 2
"""Lines of headings that stay in view: the workflow's and its activities'."""

NARROWEST, GOOD, WIDEST = 20, 25, 34
"""Cells a card may be wide, and how wide it reads well."""

HEADING = -1
"""The column of a workflow's heading, and the row of an activity's."""


class Place(NamedTuple):
    """Something on the map: a card, an activity's heading, or a workflow's heading.

    ``column`` is ``HEADING`` on a workflow's heading, ``row`` on an activity's.
    """

    lane: int
    column: int = HEADING
    row: int = HEADING


class MapGeometry:
    """The layout of some lanes at some width."""

    def __init__(
        self, lanes: Sequence[Lane], collapsed: frozenset[str], viewport_width: int
    ) -> None:
        """Lay out ``lanes``, those whose workflow id is in ``collapsed`` as headings only."""
        self.lanes = lanes
        self.collapsed = collapsed
        most_columns = max((len(lane.columns) for lane in lanes), default=1)
        self.pitch_x = _column_pitch(viewport_width, most_columns)
        self.column_width = self.pitch_x - 1
        self.width = max(viewport_width, most_columns * self.pitch_x - 1)
        self.tops = [0, *accumulate(self._lane_height(lane) for lane in lanes)]

    @property
    def height(self) -> int:
        """Lines the whole map takes."""
        return self.tops[-1]

    def stands_like(self, other: MapGeometry) -> bool:
        """Say whether every lane and column is where it is in another layout."""
        return self.tops == other.tops and self.pitch_x == other.pitch_x

    def lane_at(self, line: int) -> int:
        """Return the index of the lane a line of the map is in (the last one past the end)."""
        return min(bisect_right(self.tops, line) - 1, len(self.lanes) - 1)

    def is_open(self, lane: int) -> bool:
        """Say whether a lane shows its cards."""
        return self.lanes[lane].id not in self.collapsed

    def visible_columns(self, left: int, width: int) -> range:
        """Return the columns that can be seen between two x of the map."""
        return range(left // self.pitch_x, (left + width - 1) // self.pitch_x + 1)

    def place_at(self, x: int, line: int) -> Place | None:
        """Return what stands at a point of the map, None where there is nothing."""
        if not self.lanes or not 0 <= line < self.height:
            return None
        lane = self.lane_at(line)
        offset = line - self.tops[lane]
        if offset == 0:
            return Place(lane)
        column, within = divmod(x, self.pitch_x)
        columns = self.lanes[lane].columns
        if not 0 <= column < len(columns) or within >= self.column_width:
            return None
        if offset < HEADINGS:
            return Place(lane, column)
        row, part = divmod(offset - HEADINGS, PITCH)
        if part >= CARD_LINES or row >= len(columns[column].cards):
            return None
        return Place(lane, column, row)

    def drop_at(self, x: int, line: int) -> Place | None:
        """Return where a card let go of at a point would go.

        Below an activity's last card that is the row after it, which holds no card yet.
        """
        place = self.place_at(x, line)
        if place is not None or not self.lanes or not 0 <= line < self.height:
            return place
        lane, column = self.lane_at(line), x // self.pitch_x
        columns = self.lanes[lane].columns
        if not 0 <= column < len(columns):
            return None
        row = max(0, line - self.tops[lane] - HEADINGS + PITCH - CARD_LINES) // PITCH
        return Place(lane, column, min(row, len(columns[column].cards)))

    def region(self, place: Place) -> Region:
        """Return where a place stands on the map."""
        top = self.tops[place.lane]
        if place.column == HEADING:
            return Region(0, top, self.width, 1)
        x = place.column * self.pitch_x
        if place.row == HEADING:
            return Region(x, top + 1, self.column_width, 1)
        return Region(x, top + HEADINGS + place.row * PITCH, self.column_width, CARD_LINES)

    def _lane_height(self, lane: Lane) -> int:
        if lane.id in self.collapsed:
            return 1
        rows = max((column.shown for column in lane.columns), default=0)
        return HEADINGS + max(rows * PITCH, 2)


def _column_pitch(viewport_width: int, most_columns: int) -> int:
    """Return the cells from one column to the next: as many whole columns as fit well."""
    fitting = max(1, viewport_width // GOOD)
    columns = min(fitting, max(most_columns, 1))
    return max(NARROWEST, min((viewport_width + 1) // columns - 1, WIDEST)) + 1

"""Choosing the activity that cards go to, or the workflow that an activity goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType

from planner.board import Board
from tui.screens.chooser import Chooser
from tui.widgets.pick_list import Pick


class MoveTo(Chooser):
    """Offers where to go: last there, or first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "shift+enter,ctrl+t",
            "choose_first",
            "First there",
            id="move_to.first",
            key_display="ctrl+t",
            tooltip="Go there, as the first",
        ),
    ]

    def __init__(
        self, title: str, picks: Sequence[Pick], swatches: Mapping[str, Style] | None = None
    ) -> None:
        """Offer where ``title`` may go."""
        super().__init__(title, picks, yes="Last there", swatches=swatches)

    def action_choose_first(self) -> None:
        """Take what is highlighted, to be the first there."""
        self.take(first=True)


def activity_picks(board: Board, current_id: str | None) -> list[Pick]:
    """Return every activity of a board, to move cards to."""
    return [
        Pick(
            column.id,
            column.title,
            within=lane.title,
            aside=f"{column.size:,} card{'' if column.size == 1 else 's'}",
            here=column.id == current_id,
            swatch=column.color or "plain",
        )
        for lane in board.lanes
        for column in lane.columns
    ]


def workflow_picks(board: Board, current_id: str | None) -> list[Pick]:
    """Return every workflow of a board, to move an activity to."""
    return [
        Pick(
            lane.id,
            lane.title,
            aside=f"{len(lane.columns):,} activit{'y' if len(lane.columns) == 1 else 'ies'}",
            here=lane.id == current_id,
        )
        for lane in board.lanes
    ]

"""Where a card is on the map, on one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.text import clip, visible


class CardHead(Widget):
    """One line: workflow and activity on the left, the card's place among others on the right."""

    DEFAULT_CSS = """
    CardHead { height: 1; background: $primary; color: $text; text-style: bold; }
    CardHead > .head--place { background: $primary; color: $text; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"head--place"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._words: list[str] = []
        self._place = ""

    def show(self, words: Sequence[str], place: str) -> None:
        """Show the way to the card, and which of how many it is."""
        self._words, self._place = [visible(word) for word in words], place
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        place = f" {self._place} " if self._place else ""
        room = max(0, width - cell_len(place))
        way = clip(f" {' › '.join(self._words)}", room)
        style = self.get_component_rich_style("head--place")
        return Strip(
            [
                Segment(way + " " * (room - cell_len(way)), self.rich_style),
                Segment(place, style),
            ]
        ).adjust_cell_length(width, self.rich_style)

"""From a snapshot to strips: how a card and the headings look.

A strip is cached by what it shows, so that a repaint of what did not change costs a
look-up. Colours are handed in as styles, which the map view takes from its CSS.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from planner.board import CardFace, Column, Lane
from tui.card_facts import BUILD_STYLES, card_facts, counted, facts_cells
from tui.glyphs import BUILD, MARKED
from tui.text import clip, visible, wrap

MOST_KEPT = 4096
"""Cards whose strips are kept; far more than any screen shows."""

CardStyles = tuple[Style, Style, Style, Style]
"""How a card looks: its title, its facts, its bar, its status."""

Styles = Callable[[str], Style]
"""Gives the style of a component class of the map view by the end of its name."""


class MapPaint:
    """Draws cards and headings at one width, in one theme."""

    def __init__(self, styles: Styles, width: int) -> None:
        """Draw with these styles, cards so many cells wide."""
        self._styles = styles
        self.width = width
        self._cards: dict[
            tuple[str, bool, bool, str | None], tuple[CardFace, tuple[Strip, ...]]
        ] = {}
        self._mixed: dict[tuple[str | None, bool, str], CardStyles] = {}
        self.blank = Strip.blank(width, styles("gap"))
        self.gap = Strip.blank(1, styles("gap"))

    def card(
        self, card: CardFace, color: str | None, selected: bool, marked: bool = False
    ) -> tuple[Strip, ...]:
        """Return a card's lines."""
        key = (card.id, selected, marked, color)
        kept = self._cards.get(key)
        if kept is not None and kept[0] is card:
            return kept[1]
        if len(self._cards) > MOST_KEPT:
            self._cards.clear()
        strips = self._draw_card(card, color, selected)
        if marked:
            strips = self._with_mark(strips)
        self._cards[key] = (card, strips)
        return strips

    def activity(self, column: Column, selected: bool) -> Strip:
        """Return an activity's heading, with how many of its cards are shown."""
        style = self._styles(f"activity-{column.color or 'plain'}")
        count = f" {column.shown}/{column.size}" if column.hidden else f" {column.size}"
        mark = "▶" if selected else " "
        title = clip(visible(column.title), self.width - len(count) - 2)
        text = f"{mark}{title}"
        if selected:
            style += Style(reverse=True, bold=True)
        return _line(text, self.width - len(count) - 1, style, Segment(f"{count} ", style))

    def lane(self, lane: Lane, width: int, *, is_open: bool, selected: bool) -> Strip:
        """Return a workflow's heading, as wide as the view."""
        style = self._styles("lane-selected" if selected else "lane")
        fold = "▾" if is_open else "▸"
        mark = "▶" if selected else " "
        count = counted(sum(column.shown for column in lane.columns), lane.size, "card")
        build = f"  {BUILD[lane.build_state]} {lane.build_state}" if lane.build_state else ""
        tail = f"  {count}{build} "
        title = clip(visible(lane.title), max(4, width - len(tail) - 4))
        head = Segment(f"{mark}{fold} {title}", style + Style(bold=True))
        return Strip([head, Segment(tail, style)]).adjust_cell_length(width, style)

    def note(self, text: str, width: int) -> Strip:
        """Return a faint line that says what a bare place is for."""
        return _line(f"  {clip(text, width - 2)}", width, self._styles("note"))

    def _draw_card(self, card: CardFace, color: str | None, selected: bool) -> tuple[Strip, ...]:
        body, meta, bar, status = self._card_styles(color, selected, card.status)
        edge = Segment("█" if selected else "▎", bar)
        room = self.width - 2
        title = wrap(visible(card.title), room, 2)
        title += [""] * (2 - len(title))
        left, before, build, after = card_facts(card, room)
        padding = " " * max(0, room + 1 - facts_cells(left, before, build, after))
        facts = [edge, Segment(f" {left}", status), Segment(f"{padding}{before}", meta)]
        if build:
            told = self._styles(BUILD_STYLES[card.build_state or ""])
            facts.append(Segment(build, meta + Style(color=told.color)))
        if after:
            facts.append(Segment(after, meta))
        return (
            *(
                Strip([edge, *_line(f" {text}", self.width - 1, body)], self.width)
                for text in title
            ),
            Strip(facts).adjust_cell_length(self.width, meta),
        )

    def _with_mark(self, strips: tuple[Strip, ...]) -> tuple[Strip, ...]:
        """Return a card's lines with a mark where the bar begins, and the bar in its colour."""
        style = self._styles("mark")
        first, *rest = strips
        lines = [Strip([Segment(MARKED, style), *first.crop(1)], self.width)]
        for strip in rest:
            bar = next(iter(strip))
            color = (bar.style or style) + Style(color=style.bgcolor)
            lines.append(Strip([Segment(bar.text, color), *strip.crop(1)], self.width))
        return tuple(lines)

    def _card_styles(self, color: str | None, selected: bool, status: str) -> CardStyles:
        """Return a card's styles: of its title, its facts, its bar and its status."""
        key = (color, selected, status)
        if key not in self._mixed:
            state = "selected" if selected else "card"
            body, meta = self._styles(state), self._styles(f"{state}-meta")
            heading = self._styles(f"activity-{color or 'plain'}")
            bar = Style(color=heading.bgcolor, bgcolor=body.bgcolor)
            told = self._styles(f"status-{status}") + Style(bgcolor=meta.bgcolor)
            self._mixed[key] = (body, meta, bar, told)
        return self._mixed[key]


def _line(text: str, width: int, style: Style, after: Segment | None = None) -> Strip:
    """Return one line of text filled up to a width, with a segment after it."""
    padding = width - cell_len(text)
    if padding < 0:
        strip = Strip([Segment(text, style)]).adjust_cell_length(width, style)
    else:
        strip = Strip([Segment(text + " " * padding, style)], width)
    return strip if after is None else Strip([*strip, after])

"""Beside a card: what it lacks before it may be built, and how much it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from planner.holdings import CardHoldings
from tui.text import wrap
from tui.widgets.card_rows import SECTIONS, readiness_rows, section_items

_Line = tuple[str, str, str]
"""A text, the end of the name of its component class, and the section it leads to."""


class CardSide(Widget):
    """A column to look at; a click on a section goes there, as its number does."""

    DEFAULT_CSS = """
    CardSide { background: $panel; color: $foreground; padding: 1 1 0 2; }
    CardSide > .side--heading { text-style: bold; color: $text-primary; }
    CardSide > .side--text { color: $foreground; }
    CardSide > .side--faint { color: $foreground 60%; }
    CardSide > .side--met { color: $text-success; }
    CardSide > .side--missing { color: $text-warning; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"side--{name}" for name in ("heading", "text", "faint", "met", "missing")
    }

    @dataclass
    class Chosen(Message):
        """A section was clicked."""

        section: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._holdings: CardHoldings | None = None
        self._lines: list[_Line] = []

    def show_card(self, holdings: CardHoldings) -> None:
        """Show what a card lacks and holds."""
        self._holdings = holdings
        self._lay_out()

    def on_resize(self) -> None:
        """Wrap anew at the new width."""
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """Go to the section that was clicked."""
        line = event.y - self.styles.padding.top
        section = self._lines[line][2] if 0 <= line < len(self._lines) else ""
        if section:
            self.post_message(self.Chosen(section))

    def render_line(self, y: int) -> Strip:
        """Return one line of the column."""
        width = self.content_size.width
        text, name, _ = self._lines[y] if y < len(self._lines) else ("", "text", "")
        own = self.get_component_rich_style(f"side--{name}", partial=True)
        style = self.rich_style + own
        return Strip([Segment(text, style)]).adjust_cell_length(width, self.rich_style)

    def _lay_out(self) -> None:
        holdings, width = self._holdings, max(8, self.content_size.width)
        if holdings is None:
            return
        lines: list[_Line] = []
        for row in readiness_rows(holdings):
            if row.kind == "heading":
                lines += [(row.text, "heading", ""), (row.meta, "faint", ""), ("", "text", "")]
            else:
                name = "met" if row.state == "approved" else "missing"
                first, *rest = wrap(row.text, width - 2, 3) or [""]
                lines.append((f"{row.sign} {first}", name, ""))
                lines += [(f"  {line}", name, "") for line in rest]
        lines += [("", "text", ""), ("It holds", "heading", "")]
        for number, (section, heading) in enumerate(SECTIONS.items(), start=1):
            size = len(section_items(holdings, section))
            text = f"{number} {heading}".ljust(width - 4) + f"{size or '–':>4}"
            lines.append((text, "text" if size else "faint", section))
        if lines != self._lines:
            self._lines = lines
            self.refresh()

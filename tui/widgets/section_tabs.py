"""The sections of a page on one line, each with its key; the one that is shown stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

SHOWN = "▸"
"""What stands before the section that is shown, where colour does not tell."""


class SectionTabs(Widget):
    """One line; a click on a section chooses it, as its key does."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    SectionTabs { height: 1; background: $panel; color: $text-muted; }
    SectionTabs > .tabs--key { background: $panel; color: $text-accent; }
    SectionTabs > .tabs--shown { background: $primary; color: $text; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--key", "tabs--shown"}

    @dataclass
    class Chosen(Message):
        """A section was clicked."""

        section: str

    def __init__(self, sections: Sequence[str]) -> None:
        """Show these sections."""
        super().__init__()
        self._sections = sections
        self._keys: Sequence[str] = [""] * len(sections)
        self._shown = ""

    def show(self, section: str, keys: Sequence[str]) -> None:
        """Show which section is shown, and by which keys they are reached."""
        self._shown, self._keys = section, keys
        self.refresh()

    def _items(self) -> list[tuple[str, str, str]]:
        """Return each section with its key and its words, in as few cells as it takes."""
        items = [(s, k, s) for s, k in zip(self._sections, self._keys, strict=True)]
        room = self.size.width - sum(cell_len(key) + cell_len(word) + 3 for _, key, word in items)
        if room < 0:
            # The one that is shown is told in full; of the others the key is told.
            items = [(s, k, w if s == self._shown else "") for s, k, w in items]
        return items

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        style = self.rich_style
        key_style = self.get_component_rich_style("tabs--key")
        shown = self.get_component_rich_style("tabs--shown")
        segments: list[Segment] = []
        for section, key, word in self._items():
            is_shown = section == self._shown
            text = f" {word} " if word else " "
            lead = SHOWN if is_shown else " "
            segments.append(Segment(f"{lead}{key}", shown if is_shown else key_style))
            segments.append(Segment(text, shown if is_shown else style))
        return Strip(segments).adjust_cell_length(self.size.width, style)

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked."""
        at = 0
        for section, key, word in self._items():
            at += cell_len(key) + 1 + (cell_len(word) + 2 if word else 1)
            if event.x < at:
                self.post_message(self.Chosen(section))
                return

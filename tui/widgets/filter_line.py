"""The filter line: one line of typed text that narrows the map as it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.text import clip, visible


class FilterLine(Widget, can_focus=True):
    """Holds the query. Lighter than an ``Input``: a key repaints one line, lays out nothing."""

    DEFAULT_CSS = """
    FilterLine { height: 1; display: none; background: $panel-lighten-1; color: $foreground; }
    FilterLine.-open { display: block; }
    FilterLine:focus { background: $primary-muted; }
    FilterLine > .filter--count { color: $text-muted; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"filter--count"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,down",
            "keep",
            "To the map",
            id="filter.keep",
            tooltip="Keep the filter and go to the map",
        ),
        Binding(
            "escape", "clear", "Clear", id="filter.clear", tooltip="Clear the filter and close it"
        ),
    ]

    @dataclass
    class Changed(Message):
        """The query is another."""

        filter_line: FilterLine
        query: str

    @dataclass
    class Done(Message):
        """The person goes back to the map."""

        filter_line: FilterLine

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self.text = ""
        self._count = ""

    @property
    def is_open(self) -> bool:
        """Whether the line is shown."""
        return self.has_class("-open")

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-open")
        # At once, not once the app gets to it: what is typed next is meant for this line.
        self.screen.set_focus(self)

    def bring_back(self, text: str) -> None:
        """Show the line with a filter of an earlier time; the focus stays where it is."""
        self.add_class("-open")
        self._change(text)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say that what can be printed is typed here, whatever else it is bound to."""
        return character is not None and character.isprintable()

    def show_count(self, count: str) -> None:
        """Say how many cards match."""
        self._count = count
        self.refresh()

    def action_keep(self) -> None:
        """Keep the filter and go to the map; an empty one closes."""
        if not self.text:
            self.remove_class("-open")
        self.post_message(self.Done(self))

    def action_clear(self) -> None:
        """Clear the filter and close the line."""
        self._change("")
        self.remove_class("-open")
        self.post_message(self.Done(self))

    def on_key(self, event: events.Key) -> None:
        """Take what is typed."""
        if event.is_printable and event.character:
            self._change(self.text + event.character)
        elif event.key == "backspace":
            self._change(self.text[:-1])
        elif event.key == "ctrl+u":
            self._change("")
        elif event.key == "ctrl+w":
            self._change(self.text.rstrip().rpartition(" ")[0])
        elif event.key == "escape":
            self.action_clear()
        elif event.key in ("enter", "down"):
            self.action_keep()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted, as one line."""
        event.stop()
        self._change(self.text + " ".join(event.text.split()))

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width, style = self.size.width, self.rich_style
        cursor = "▏" if self.has_focus else ""
        faint = self.get_component_rich_style("filter--count", partial=True)
        text = clip(f" / {visible(self.text)}{cursor}", max(4, width - len(self._count) - 3))
        left = Strip([Segment(text, style)]).adjust_cell_length(width - len(self._count) - 1, style)
        return Strip([*left, Segment(f"{self._count} ", style + faint)])

    def _change(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.refresh()
            self.post_message(self.Changed(self, text))

"""The status line: which project, how many cards, what happened last."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.text import clip, visible


class StatusLine(Widget):
    """One line: the project and its counts on the left, the last message on the right."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; }
    StatusLine > .status--project { text-style: bold; background: $panel; color: $text-primary; }
    StatusLine > .status--note { background: $panel; color: $text-muted; }
    StatusLine > .status--failed { background: $error; color: $text; text-style: bold; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"status--project", "status--note", "status--failed"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._project = ""
        self._counts = ""
        self._note = ""
        self._failed = False

    def show_project(self, name: str, counts: str) -> None:
        """Show the project's name and counts."""
        self._project, self._counts = visible(name), counts
        self.refresh()

    def say(self, note: str, *, failed: bool = False) -> None:
        """Show what happened last; a failure stands out, with a sign of its own."""
        self._note = f"✗ {visible(note)}" if failed else visible(note)
        self._failed = failed
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        style = self.rich_style
        project = clip(f" {self._project}", max(10, width // 3))
        counts = f"  {self._counts}  " if self._counts else "  "
        room = max(0, width - cell_len(project) - cell_len(counts) - 1)
        note = clip(self._note, room) if room > 3 else ""
        note_class = "status--failed" if self._failed else "status--note"
        segments = [
            Segment(project, self.get_component_rich_style("status--project")),
            Segment(counts, style),
            Segment(" " * (room - cell_len(note)), style),
            Segment(note, self.get_component_rich_style(note_class)),
        ]
        return Strip(segments).adjust_cell_length(width, style)

"""The status line: which project, how many cards, what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.glyphs import BAR_DONE, BAR_LEFT, WAITS
from tui.text import clip, visible

_WORDY = 100
"""Cells from which it says what it is that waits."""

_BAR = 12
"""Cells of the progress bar."""

_MOVING = 4
"""Cells of what moves where nobody knows how far it is."""


class StatusLine(Widget):
    """One line: the project and its counts on the left, the last message on the right."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; }
    StatusLine > .status--project { text-style: bold; background: $panel; color: $text-primary; }
    StatusLine > .status--note { background: $panel; color: $text-muted; }
    StatusLine > .status--failed { background: $error; color: $text; text-style: bold; }
    StatusLine > .status--waiting {
        background: $panel;
        color: $text-warning;
        text-style: bold reverse;
    }
    StatusLine > .status--bar { background: $panel; color: $text-accent; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"status--{name}" for name in ("project", "note", "failed", "waiting", "bar")
    }

    @dataclass
    class WaitingClicked(Message):
        """It was clicked where it says that runs wait."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._project = ""
        self._counts = ""
        self._waiting = 0
        self._waiting_key = ""
        self._note = ""
        self._failed = False
        self._progress: str | None = None
        self._part: float | None = None
        self._ticks = 0

    def show_project(self, name: str, counts: str) -> None:
        """Show the project's name and counts."""
        self._project, self._counts = visible(name), counts
        self.refresh()

    def say(self, note: str, *, failed: bool = False) -> None:
        """Show what happened last; a failure stands out, with a sign of its own."""
        self._note = f"✗ {visible(note)}" if failed else visible(note)
        self._failed = failed
        self.refresh()

    def show_waiting(self, count: int, key: str) -> None:
        """Show how many runs wait for a person, and the key that leads there; nothing for none."""
        self._waiting, self._waiting_key = count, key
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go to the runs, where it is said that some wait."""
        project, counts, badge, _ = self._left()
        start = cell_len(project) + cell_len(counts)
        if start <= event.x < start + cell_len(badge):
            self.post_message(self.WaitingClicked())

    @property
    def shows_progress(self) -> bool:
        """Whether the bar is shown."""
        return self._progress is not None

    def show_progress(self, what: str, part: float | None) -> None:
        """Show, in place of what happened last, what is being done.

        Args:
            what: What it is called.
            part: How much of it is done, from 0 to 1; None where nobody knows, and then each
                call moves the bar on.
        """
        self._progress, self._part = visible(what), part
        self._ticks += 1
        self.refresh()

    def end_progress(self) -> None:
        """Show what happened last again."""
        if self._progress is not None:
            self._progress = None
            self._ticks = 0
            self.refresh()

    @property
    def shows_all(self) -> bool:
        """Whether there is room for all that was said last."""
        return cell_len(self._note) <= self._left()[3]

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        style = self.rich_style
        project, counts, badge, room = self._left()
        segments = [Segment(project, self.get_component_rich_style("status--project"))]
        segments.append(Segment(counts, style))
        if badge:
            segments.append(Segment(badge, self.get_component_rich_style("status--waiting")))
        if self._progress is not None:
            segments += self._bar(self._progress, room)
        else:
            note = clip(self._note, room) if room > 3 else ""
            note_class = "status--failed" if self._failed else "status--note"
            segments.append(Segment(" " * (room - cell_len(note)), style))
            segments.append(Segment(note, self.get_component_rich_style(note_class)))
        return Strip(segments).adjust_cell_length(width, style)

    def _left(self) -> tuple[str, str, str, int]:
        """Return what stands on the left, and how many cells that leaves for the last message."""
        width = self.size.width
        project = clip(f" {self._project}", max(10, width // 3))
        counts = f"  {self._counts}  " if self._counts else "  "
        badge = self._badge(width)
        taken = cell_len(project) + cell_len(counts) + cell_len(badge)
        return project, counts, badge, max(0, width - taken - 1)

    def _badge(self, width: int) -> str:
        """Return how many runs wait for a person."""
        if not self._waiting:
            return ""
        waits = "waits" if self._waiting == 1 else "wait"
        runs = f"run{'' if self._waiting == 1 else 's'} " if width >= _WORDY else ""
        key = f" [{self._waiting_key}]" if self._waiting_key else ""
        return f" {WAITS} {self._waiting:,} {runs}{waits}{key} "

    def _bar(self, what: str, room: int) -> list[Segment]:
        """Return the bar with what it is for, in so many cells."""
        cells = min(_BAR, room)
        words = clip(f"  {what}", room - cells)
        if self._part is None:
            start = self._ticks % cells if cells else 0
            full = {(start + i) % cells for i in range(min(_MOVING, cells))}
        else:
            full = set(range(round(max(0.0, min(self._part, 1.0)) * cells)))
        bar = "".join(BAR_DONE if i in full else BAR_LEFT for i in range(cells))
        return [
            Segment(" " * (room - cells - cell_len(words)), self.rich_style),
            Segment(bar, self.get_component_rich_style("status--bar")),
            Segment(words, self.get_component_rich_style("status--note")),
        ]

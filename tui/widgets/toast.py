"""A message that stands over the screen for a while: what happened, and how to take it back.

There is one a screen, and it is only shown and hidden: Textual's own notifications mount a
widget for each message, which costs ten times as much, and stack up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui.text import wrap

if TYPE_CHECKING:
    from tui.screens.plan_screen import PlanScreen

FOR, FAILURE_FOR = 5.0, 10.0
"""Seconds that a message stands, and a failure."""

_WIDEST = 60
_MOST_LINES = 3


class Toast(Widget):
    """One message at the bottom right. It never takes the focus; a click sends it away."""

    DEFAULT_CSS = """
    Toast {
        overlay: screen;
        position: absolute;
        display: none;
        width: 1;
        height: 1;
        background: $panel-lighten-2;
        color: $foreground;
    }
    Toast.-shown { display: block; }
    Toast > .toast--bar { color: $text-success; background: $panel-lighten-2; }
    Toast > .toast--failed { color: $text-error; background: $panel-lighten-2; text-style: bold; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"toast--bar", "toast--failed"}

    def __init__(self, text: str, more: str = "", *, failed: bool = False) -> None:
        """Begin with a message."""
        super().__init__()
        self._text = text
        self._more = more
        self._failed = failed
        self._lines: list[str] = []
        self._timer: Timer | None = None

    @property
    def text(self) -> str:
        """What it says, empty when it is hidden."""
        return "\n".join(self._lines) if self.has_class("-shown") else ""

    def on_mount(self) -> None:
        """Show the first message."""
        self.say(self._text, self._more, failed=self._failed)

    def say(self, text: str, more: str = "", *, failed: bool = False) -> None:
        """Show a message in place of the one before; ``more`` stands on a line of its own."""
        self._text, self._more, self._failed = text, more, failed
        self._fit()
        self.add_class("-shown")
        self.refresh()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FAILURE_FOR if failed else FOR, self.hide)

    def hide(self) -> None:
        """Go away."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.remove_class("-shown")

    def on_click(self) -> None:
        """Go away."""
        self.hide()

    def follow(self) -> None:
        """Keep to the corner of a screen of another size."""
        if self._text:
            self._fit()

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        width, style = self.size.width, self.rich_style
        bar = self.get_component_rich_style("toast--failed" if self._failed else "toast--bar")
        text = self._lines[y] if y < len(self._lines) else ""
        sign = "✗ " if self._failed and y == 0 else "  " if self._failed else ""
        segments = [Segment("▌ ", bar), Segment(sign, bar), Segment(text, style)]
        return Strip(segments).adjust_cell_length(width, style)

    def _fit(self) -> None:
        """Take as much room as the message needs, in the corner."""
        screen = self.screen.size
        bottom = cast("PlanScreen", self.screen).toast_bottom
        around = 3 + (2 if self._failed else 0)
        room = max(1, min(_WIDEST, screen.width) - around)
        self._lines = wrap(self._text, room, _MOST_LINES)
        if self._more:
            self._lines += wrap(self._more, room, 1)
        width = max((cell_len(line) for line in self._lines), default=0) + around
        self.styles.width, self.styles.height = width, len(self._lines)
        x, y = screen.width - width, bottom - len(self._lines)
        self.styles.offset = (max(0, x), max(0, y))

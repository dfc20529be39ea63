"""What every list and text of many lines has in common: it paints only the lines that are seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.spans import Span

STYLES = (
    "text",
    "faint",
    "strong",
    "heading",
    "accent",
    "good",
    "warn",
    "bad",
    "match",
    "plus",
    "minus",
    "added",
    "removed",
    "selected",
    "resting",
)
"""The styles a span can name: each is a component class ``line--<name>``."""


class LineView(ScrollView, inherit_bindings=False):
    """A scrolled view of lines of spans. A subclass says which spans stand on a line."""

    DEFAULT_CSS = """
    LineView {
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-gutter: stable;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
    }
    LineView > .line--text { color: $foreground; }
    LineView > .line--faint { color: $foreground 60%; }
    LineView > .line--strong { text-style: bold; }
    LineView > .line--heading { color: $text-primary; text-style: bold; }
    LineView > .line--accent { color: $text-accent; }
    LineView > .line--good { color: $text-success; }
    LineView > .line--warn { color: $text-warning; }
    LineView > .line--bad { color: $text-error; }
    LineView > .line--match { text-style: bold underline; }
    LineView > .line--plus { color: $text-success; }
    LineView > .line--minus { color: $text-error; }
    LineView > .line--added { color: $text-success; text-style: bold underline; }
    LineView > .line--removed { color: $text-error; text-style: bold underline; }
    LineView > .line--selected { background: $primary-muted; color: $foreground; }
    LineView > .line--resting { background: $panel; color: $foreground; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in STYLES}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._styles: dict[tuple[str, str], Style] = {}

    def notify_style_update(self) -> None:
        """Forget the styles of the old theme."""
        super().notify_style_update()
        self._styles.clear()

    def painted(self, spans: Iterable[Span], width: int, ground: str = "") -> Strip:
        """Return a line: spans that are safe to draw, on a ground that fills the width.

        Args:
            spans: What stands on the line.
            width: Its width in cells.
            ground: ``selected``, ``resting``, or nothing for the view's own.
        """
        segments = [Segment(text, self._style(name, ground)) for text, name in spans]
        return Strip(segments).adjust_cell_length(width, self._style("text", ground))

    def set_lines(self, count: int) -> None:
        """Say how many lines there are, without laying out the screen anew."""
        size = Size(max(1, self.scrollable_content_region.width), count)
        if size != self.virtual_size:
            self.set_reactive(LineView.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = count
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _style(self, name: str, ground: str) -> Style:
        found = self._styles.get((name, ground))
        if found is None:
            # As a whole, so that a colour that lets the ground through is mixed with it.
            found = self.get_component_rich_style(f"line--{name}")
            if ground:
                # On another ground only the shape of the letters tells: colours may not be read.
                found += self.get_component_rich_style(f"line--{ground}", partial=True)
            self._styles[name, ground] = found
        return found

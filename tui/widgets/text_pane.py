"""A text of many lines to read: folded once a width, painted only where it is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui.spans import Span, Spans, width_of, wrap_spans
from tui.widgets.line_view import LineView

MOST_LINES = 400
"""Lines that one paragraph may take."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Spans to fold, behind a sign: the lines after the first stand below its text."""

    spans: Spans
    sign: Span = ("", "text")


class TextPane(LineView, can_focus=True, inherit_bindings=False):
    """Shows paragraphs; the arrows scroll it when it has the focus."""

    DEFAULT_CSS = """
    TextPane {
        background: $panel;
        padding: 0 1;
        scrollbar-background: $panel;
        scrollbar-background-hover: $panel;
        scrollbar-background-active: $panel;
    }
    TextPane:focus { background: $panel-lighten-1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", id="text.up", tooltip="Show what is above", show=False),
        Binding(
            "down,j", "scroll(1)", "Down", id="text.down", tooltip="Show what is below", show=False
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Page up",
            id="text.page_up",
            tooltip="Show the page above",
            show=False,
        ),
        Binding(
            "pagedown,space",
            "page(1)",
            "Page down",
            id="text.page_down",
            tooltip="Show the page below",
            show=False,
        ),
        Binding(
            "home,g", "edge(0)", "Top", id="text.top", tooltip="Show the first line", show=False
        ),
        Binding(
            "end,G", "edge(1)", "Bottom", id="text.bottom", tooltip="Show the last line", show=False
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._paragraphs: Sequence[Paragraph] = ()
        self._folded: list[Spans] = []
        self._about: object = None

    def show(self, paragraphs: Iterable[Paragraph], about: object = None) -> None:
        """Show these paragraphs, from their top unless they are about what was shown before."""
        self._paragraphs = [*paragraphs]
        self._fold()
        if about is None or about != self._about:
            self.scroll_to(0, 0, animate=False, immediate=True)
        self._about = about
        self.refresh()

    @property
    def about(self) -> object:
        """What the paragraphs are about that are shown."""
        return self._about

    @property
    def text(self) -> str:
        """What is shown, all of it."""
        return "\n".join("".join(text for text, _ in line) for line in self._folded)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.scroll_to(0, self.scroll_offset.y + by, animate=False, immediate=True)

    def action_page(self, by: int) -> None:
        """Scroll by pages."""
        self.action_scroll(by * max(1, self.size.height - 1))

    def action_edge(self, end: int) -> None:
        """Scroll to the top or to the bottom."""
        self.scroll_to(0, len(self._folded) if end else 0, animate=False, immediate=True)

    def on_resize(self) -> None:
        """Fold anew at the new width."""
        self._fold()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width, line = self.scrollable_content_region.width, y + self.scroll_offset.y
        return self.painted(self._folded[line] if line < len(self._folded) else (), width)

    def _fold(self) -> None:
        width = max(8, self.scrollable_content_region.width)
        folded: list[Spans] = []
        for paragraph in self._paragraphs:
            hang = min(width_of([paragraph.sign]), width - 4)
            lines = wrap_spans(paragraph.spans, width - hang, MOST_LINES) or [[]]
            for number, line in enumerate(lines):
                lead = paragraph.sign if number == 0 else (" " * hang, "text")
                folded.append([lead, *line] if hang else line)
        self._folded = folded
        self.set_lines(len(folded))

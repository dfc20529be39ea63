"""Paints a card: only the lines that can be seen, and wraps little more than those."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.card_lines import Line, guess, lay_out
from tui.widgets.card_rows import Row

MARK = "▌"
"""Stands before every line of what is selected."""

BORDER = 2
"""Cells on the left of each line, for the mark."""

_STYLES = (
    *("title", "facts", "heading", "digit", "text", "faint", "selected", "mark"),
    *("draft", "approved", "rejected", "proposed", "user_edited", "rejected_text"),
    *("code", "strong", "em", "strike", "link"),
)


class CardCanvas(ScrollView, inherit_bindings=False):
    """Rows, wrapped from the top as far as anyone has looked; the rest is a guess.

    It turns lines into rows and rows into regions, and repaints what changed. It knows
    nothing of keys.
    """

    DEFAULT_CSS = """
    CardCanvas {
        background: $panel;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-gutter: stable;
    }
    CardCanvas > .card--title { text-style: bold; color: $foreground; }
    CardCanvas > .card--facts { color: $text-accent; }
    CardCanvas > .card--heading { text-style: bold; color: $text-primary; }
    CardCanvas > .card--digit { color: $foreground 60%; }
    CardCanvas > .card--text { color: $foreground; }
    CardCanvas > .card--faint { color: $foreground 60%; }
    CardCanvas > .card--selected { background: $primary-muted; }
    CardCanvas > .card--mark { color: $text-primary; text-style: bold; }
    CardCanvas > .card--draft { color: $text-warning; text-style: bold; }
    CardCanvas > .card--proposed { color: $text-warning; text-style: bold; }
    CardCanvas > .card--user_edited { color: $text-warning; text-style: bold; }
    CardCanvas > .card--approved { color: $text-success; text-style: bold; }
    CardCanvas > .card--rejected { color: $text-error; text-style: bold; }
    CardCanvas > .card--rejected_text { color: $foreground 60%; text-style: strike; }
    CardCanvas > .card--code { color: $text-accent; }
    CardCanvas > .card--strong { text-style: bold; }
    CardCanvas > .card--em { text-style: italic; }
    CardCanvas > .card--strike { text-style: strike; }
    CardCanvas > .card--link { text-style: underline; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"card--{name}" for name in _STYLES}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._selected: str | None = None
        self._shows_selection = False
        self._width = 0
        self._tops = [0]
        self._guesses: list[int] = []
        self._laid: dict[Row, tuple[Line, ...]] = {}
        self._styles: dict[str, Style] = {}

    # Where what is

    @property
    def _room(self) -> int:
        """Cells that a line of text may take."""
        return max(8, self._width - BORDER - 1)

    def _reach(self, line: int) -> None:
        """Wrap rows until a line has been reached, or the end."""
        while self._tops[-1] <= line and len(self._tops) <= len(self._rows):
            self._tops.append(self._tops[-1] + len(self._lines_of(len(self._tops) - 1)))

    def _span(self, index: int) -> tuple[int, int]:
        """Return the first line of a row, and the first after it."""
        while len(self._tops) <= index + 1:
            self._reach(self._tops[-1])
        return self._tops[index], self._tops[index + 1]

    def _row_at(self, line: int) -> int | None:
        """Return the index of the row drawn at a line, None below the last."""
        self._reach(line)
        index = bisect_right(self._tops, line) - 1
        return index if 0 <= index < len(self._tops) - 1 else None

    def _extent(self, row_id: str) -> tuple[int, int] | None:
        """Return the first line of the rows with an id, and the first after them."""
        found = [index for index, row in enumerate(self._rows) if row.id == row_id]
        if not found:
            return None
        return self._span(found[0])[0], self._span(found[-1])[1]

    def _height(self) -> int:
        """Return how many lines there are, those out of sight guessed."""
        return self._tops[-1] + sum(self._guesses[len(self._tops) - 1 :])

    def _lines_of(self, index: int) -> tuple[Line, ...]:
        row = self._rows[index]
        lines = self._laid.get(row)
        if lines is None:
            lines = self._wrap(row)
            self._laid[row] = lines
        if row.kind == "markdown" and self._rows[index + 1].kind == "markdown":
            lines = (*lines, ())
        return lines

    def _wrap(self, row: Row) -> tuple[Line, ...]:
        if row.kind != "markdown":
            return lay_out(row, self._room)
        from tui.widgets.markdown_lines import STYLES, markdown_lines

        styles = {name: self._own_style(name) for name in STYLES}
        return markdown_lines(row.text, self._room, styles)

    # Laying out anew

    def _put(self, rows: list[Row], selected: str | None) -> None:
        """Show other rows, repainting the lines that are not as they were."""
        before = self._painted()
        self._rows, self._selected = rows, selected
        self._lay_out()
        self._refresh_since(before)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._laid.clear()
        elif len(self._laid) > 2 * len(self._rows) + 100:
            self._laid = {row: self._laid[row] for row in self._rows if row in self._laid}
        self._tops = [0]
        self._guesses = [guess(row, self._room) for row in self._rows]
        self._reach(self.scroll_offset.y + self.size.height)
        self._fit()

    def _fit(self) -> None:
        """Tell the scrollbar how long it all is, as far as is known."""
        size = Size(self._width, self._height())
        if size != self.virtual_size:
            # Setting it would lay out the whole screen; all it changes is the scrollbar.
            self.set_reactive(CardCanvas.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Wrap what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        if self._rows:
            self._reach(round(new_value) + self.size.height)
            self._fit()

    def on_resize(self) -> None:
        """Wrap anew at the new width."""
        self._lay_out()
        self.refresh()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.scrollable_content_region.width
        if width != self._width:
            # A first frame that comes before the size does is thrown away.
            return Strip.blank(width, self.rich_style)
        line, is_selected = self._line(self.scroll_offset.y + y)
        mark = MARK if is_selected else " "
        ground = self._ground(is_selected)
        segments = [Segment(f"{mark} ", ground + self._own_style("mark"))]
        for text, style in line:
            own = self._own_style(style) if isinstance(style, str) else style
            segments.append(Segment(text, ground + own))
        return Strip(segments).adjust_cell_length(width, ground)

    def notify_style_update(self) -> None:
        """Forget the styles of the old theme."""
        super().notify_style_update()
        self._styles.clear()
        if any(row.kind == "markdown" for row in self._rows):
            self._laid = {row: laid for row, laid in self._laid.items() if row.kind != "markdown"}

    def _line(self, line: int) -> tuple[Line, bool]:
        index = self._row_at(line)
        if index is None:
            return (), False
        row, start = self._rows[index], self._tops[index]
        lines = self._lines_of(index)
        is_selected = self._shows_selection and bool(row.id) and row.id == self._selected
        return lines[line - start], is_selected

    def _painted(self) -> list[tuple[Line, bool]]:
        """Return what the view shows, line by line."""
        top = self.scroll_offset.y
        return [self._line(top + y) for y in range(self.size.height)]

    def _refresh_since(self, before: list[tuple[Line, bool]]) -> None:
        """Repaint the lines that show something else than before."""
        for y, (was, now) in enumerate(zip(before, self._painted(), strict=True)):
            if was != now:
                self.refresh(Region(0, y, self.size.width, 1))

    def _ground(self, is_selected: bool) -> Style:
        if not is_selected:
            return self.rich_style
        return self.rich_style + Style(bgcolor=self._own_style("selected").bgcolor)

    def _own_style(self, name: str) -> Style:
        if name not in self._styles:
            own = self.get_component_rich_style(f"card--{name}")
            # What is selected has a ground of its own, so no other style brings one.
            self._styles[name] = own if name == "selected" else _without_ground(own)
        return self._styles[name]


def _without_ground(style: Style) -> Style:
    return Style(
        color=style.color,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
    )

"""A list of any length: rows of one to a few lines, drawn only where they are seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.spans import Spans, clip_spans
from tui.widgets.line_view import LineView

T = TypeVar("T")

SELECTED = "▌"
"""What stands before the selected row, where colour does not tell."""

NEAR = 20
"""Rows before the end from which more are asked for."""


class RowList(LineView, Generic[T], can_focus=True, inherit_bindings=False):
    """Shows a sequence, and keeps a selection that follows its key when the sequence changes.

    It knows nothing of what the rows are: ``draw`` gives a row's lines for a width, ``key``
    its name (none for a heading, which can't be selected), ``lines`` how many lines it takes.
    All text is made safe to draw here.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", id="list.up", tooltip="Select the row above", show=False),
        Binding(
            "down,j", "step(1)", "Down", id="list.down", tooltip="Select the row below", show=False
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Page up",
            id="list.page_up",
            tooltip="Select a page above",
            show=False,
        ),
        Binding(
            "pagedown",
            "page(1)",
            "Page down",
            id="list.page_down",
            tooltip="Select a page below",
            show=False,
        ),
        Binding(
            "home,g", "first", "First", id="list.first", tooltip="Select the first row", show=False
        ),
        Binding("end,G", "last", "Last", id="list.last", tooltip="Select the last row", show=False),
        Binding("enter", "choose", "Open", id="list.open", tooltip="Open the selected row"),
    ]

    @dataclass
    class Highlighted(Message):
        """Another row is selected, or what the row shows has changed."""

        row_list: RowList[Any]

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.row_list

    @dataclass
    class Chosen(Message):
        """The selected row is to be opened."""

        row_list: RowList[Any]

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.row_list

    @dataclass
    class Wanted(Message):
        """The end of what has been read is near; ``everything`` when all the rest is wanted."""

        row_list: RowList[Any]
        everything: bool

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.row_list

    def __init__(
        self,
        draw: Callable[[T, int], Sequence[Spans]],
        key: Callable[[T], str | None],
        *,
        lines: int | Callable[[T], int] = 1,
        id: str | None = None,  # noqa: A002  (Textual's word)
    ) -> None:
        """Show rows.

        Args:
            draw: Gives the lines of a row for so many cells.
            key: Names a row; None for one that can't be selected.
            lines: How many lines each row takes.
            id: The widget's id.
        """
        super().__init__(id=id)
        self.rows: Sequence[T] = ()
        self.index = -1
        """Where the selected row is; -1 when none can be selected."""
        self.has_more = False
        self._draw, self._key, self._lines = draw, key, lines
        self._tops: list[int] = [0]
        self._empty_note = ""
        self._selected_key: str | None = None
        self._drawn: dict[int, Sequence[Spans]] = {}
        self._goes_to_last = False

    # What is shown

    def show(
        self,
        rows: Sequence[T],
        *,
        select: str | None = None,
        empty_note: str = "",
        has_more: bool = False,
    ) -> None:
        """Show these rows, keeping the selection on what it was on, and where it stood.

        Args:
            rows: What to show; read only where it is seen.
            select: Key of the row to select instead, when it is there.
            empty_note: What to say when there is no row.
            has_more: Whether ``Wanted`` brings more.
        """
        stood = self._top(self.index) - self.scroll_offset.y if self.index >= 0 else 0
        before, was_at_top = self.index, self.scroll_offset.y == 0
        self.rows, self._empty_note, self.has_more = rows, empty_note, has_more
        self._drawn.clear()
        if not isinstance(self._lines, int):
            self._tops = list(accumulate(map(self._lines, rows), initial=0))
        found = self._find(select)
        if found < 0:
            found = self._find(self._selected_key)
        kept = found >= 0 and (select is None or select == self._selected_key)
        if found < 0:
            found = self._nearest(before)
        if self._goes_to_last:
            self._goes_to_last, kept, found = has_more, False, self._nearest(len(rows) - 1)
        self.index = found
        self._selected_key = self._key(rows[found]) if found >= 0 else None
        self.set_lines(self._top(len(rows)))
        if kept and not was_at_top:
            self.scroll_to(0, self._top(found) - stood, animate=False, immediate=True)
        self._scroll_to_selection()
        self.refresh()
        self.post_message(self.Highlighted(self))

    def draw_again(self, which: Callable[[T], bool] | None = None) -> None:
        """Draw what is seen anew: the rows are the same, what they say is not.

        Args:
            which: Says which rows; all of them when None.
        """
        if which is None:
            self._drawn.clear()
            self.refresh()
            return
        for index in [index for index in self._drawn if which(self.rows[index])]:
            del self._drawn[index]
            self._refresh_row(index)

    @property
    def selected(self) -> T | None:
        """The selected row."""
        return self.rows[self.index] if self.index >= 0 else None

    @property
    def selected_key(self) -> str | None:
        """The key of the selected row."""
        return self._selected_key

    @property
    def lines_seen(self) -> list[str]:
        """The text of the lines in view, for tests and screen readers."""
        return [self.render_line(y).text.rstrip() for y in range(self.size.height)]

    def select(self, key: str) -> bool:
        """Select the row with this key; say whether it is there."""
        found = self._find(key)
        if found >= 0:
            self._go(found)
        return found >= 0

    # Moving about

    def action_step(self, by: int) -> None:
        """Select the row so many below that can be selected."""
        if self.index < 0:
            return
        at, step = self.index, 1 if by > 0 else -1
        for _ in range(abs(by)):
            at = self._next(at, step)
        if at == self.index and by < 0:
            # Headings above the first row come into view.
            self.scroll_to(0, 0, animate=False, immediate=True)
        self._go(at)

    def action_page(self, by: int) -> None:
        """Select a row a page away."""
        if self.index < 0:
            return
        height = max(1, self.size.height - 1)
        line = self._top(self.index) + by * height
        row = max(0, min(self._row_at(line), len(self.rows) - 1))
        if row == self.index:
            row = max(0, min(row + by, len(self.rows) - 1))
        found = row if self._key(self.rows[row]) is not None else self._next(row, by)
        if self._key(self.rows[found]) is None:
            found = self._next(row, -by)
        self._go(found)

    def action_first(self) -> None:
        """Select the first row."""
        if self.index >= 0:
            self.scroll_to(0, 0, animate=False, immediate=True)
            self._go(self._nearest(0))

    def action_last(self) -> None:
        """Select the last row; what has not been read yet is asked for."""
        wants_rest, self.has_more = self.has_more, False
        if self.index >= 0:
            self._go(self._nearest(len(self.rows) - 1))
        if wants_rest:
            self._goes_to_last = True
            self.post_message(self.Wanted(self, everything=True))

    def action_choose(self) -> None:
        """Open the selected row."""
        if self.index >= 0:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked; open what is clicked twice."""
        row = self._row_at(event.y + self.scroll_offset.y)
        if not 0 <= row < len(self.rows) or self._key(self.rows[row]) is None:
            return
        self._go(row)
        if event.chain == 2:
            self.action_choose()

    def on_resize(self) -> None:
        """Draw the rows at the new width."""
        self._drawn.clear()
        self.set_lines(self._top(len(self.rows)))
        self._scroll_to_selection()
        self.refresh()

    def on_focus(self) -> None:
        """Show the selection as the one that keys move."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the selection as one that rests."""
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more when the wheel nears the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more(self._row_at(int(new_value) + self.size.height))

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.scrollable_content_region.width
        if not self.rows:
            middle = max(0, self.size.height // 2 - 1)
            note = clip_spans([(f"  {self._empty_note}", "faint")], width)
            return self.painted(note if y == middle else (), width)
        line = y + self.scroll_offset.y
        row = self._row_at(line)
        if row >= len(self.rows):
            return self.painted((), width)
        part = line - self._top(row)
        is_selected = row == self.index
        lines = self._lines_of(row, width - 1)
        spans = lines[part] if part < len(lines) else ()
        moves = self.has_focus or not self.can_focus
        ground = ("selected" if moves else "resting") if is_selected else ""
        return self.painted([(SELECTED if is_selected else " ", "accent"), *spans], width, ground)

    def _lines_of(self, row: int, width: int) -> Sequence[Spans]:
        found = self._drawn.get(row)
        if found is None:
            if len(self._drawn) > 4 * max(25, self.size.height):
                self._drawn.clear()
            found = [clip_spans(line, width) for line in self._draw(self.rows[row], width)]
            self._drawn[row] = found
        return found

    # Rows and lines

    def _top(self, row: int) -> int:
        """Return the line a row begins on."""
        return row * self._lines if isinstance(self._lines, int) else self._tops[row]

    def _row_at(self, line: int) -> int:
        if isinstance(self._lines, int):
            return line // self._lines
        return bisect_right(self._tops, line) - 1 if line >= 0 else -1

    def _find(self, key: str | None) -> int:
        if key is None:
            return -1
        if 0 <= self.index < len(self.rows) and self._key(self.rows[self.index]) == key:
            return self.index
        return next((i for i, row in enumerate(self.rows) if self._key(row) == key), -1)

    def _nearest(self, wanted: int) -> int:
        """Return the row that can be selected nearest to a place; -1 when there is none."""
        count = len(self.rows)
        wanted = max(0, min(wanted, count - 1))
        for row in chain(range(wanted, count), range(wanted - 1, -1, -1)):
            if self._key(self.rows[row]) is not None:
                return row
        return -1

    def _next(self, row: int, step: int) -> int:
        """Return the next row that can be selected, or the same at the end."""
        at = row + step
        while 0 <= at < len(self.rows):
            if self._key(self.rows[at]) is not None:
                return at
            at += step
        return row

    def _go(self, row: int) -> None:
        if row < 0:
            return
        self._goes_to_last = False
        self._ask_for_more(row)
        if row != self.index:
            self._refresh_row(self.index)
            self.index = row
            self._selected_key = self._key(self.rows[row])
            self._refresh_row(row)
            self.post_message(self.Highlighted(self))
        self._scroll_to_selection()

    def _ask_for_more(self, row: int) -> None:
        if self.has_more and row >= len(self.rows) - NEAR:
            self.has_more = False
            self.post_message(self.Wanted(self, everything=False))

    def _refresh_row(self, row: int) -> None:
        if row >= 0:
            top = self._top(row)
            region = Region(0, top - self.scroll_offset.y, self.size.width, 1)
            self.refresh(region._replace(height=self._top(row + 1) - top))

    def _scroll_to_selection(self) -> None:
        height = self.size.height
        if self.index < 0 or height <= 0:
            return
        top, bottom, y = self._top(self.index), self._top(self.index + 1), self.scroll_offset.y
        if top < y:
            y = top
        elif bottom > y + height:
            y = min(top, bottom - height)
        if y != self.scroll_offset.y:
            self.scroll_to(0, y, animate=False, immediate=True)

"""The diff of one file, painted only where it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from planner.runs.diffs import DiffLine
from store.records import DiffComment
from tui.diff_rows import NO_LINE, Comments, Row
from tui.diff_text import DiffText
from tui.widgets.diff_canvas import DiffCanvas

WIDE = 150
"""Cells of the screen from which what was stands beside what is, unless a person chose."""

SIDEWAYS = 8
"""Cells that one key scrolls sideways."""


class DiffView(DiffCanvas, can_focus=True, inherit_bindings=False):
    """Shows a file of a diff, one side below the other or beside it, and keeps a selected line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up,k", "step(-1)", "Up", id="lines.up", tooltip="Select the line above", show=False
        ),
        Binding(
            "down,j",
            "step(1)",
            "Down",
            id="lines.down",
            tooltip="Select the line below",
            show=False,
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Page up",
            id="lines.page_up",
            tooltip="Select a line a page above",
            show=False,
        ),
        Binding(
            "pagedown,space",
            "page(1)",
            "Page down",
            id="lines.page_down",
            tooltip="Select a line a page below; at the end, go on with the next file",
            show=False,
        ),
        Binding(
            "home,g",
            "edge(0)",
            "First",
            id="lines.first",
            tooltip="Select the first line",
            show=False,
        ),
        Binding(
            "end,G", "edge(-1)", "Last", id="lines.last", tooltip="Select the last line", show=False
        ),
        Binding(
            "left,h",
            "sideways(-1)",
            "Left",
            id="lines.left",
            tooltip="Show what is to the left",
            show=False,
        ),
        Binding(
            "right,l",
            "sideways(1)",
            "Right",
            id="lines.right",
            tooltip="Show what is to the right",
            show=False,
        ),
        Binding(
            "enter",
            "choose",
            "Comment",
            id="lines.open",
            tooltip="Comment on the selected line, or edit the selected comment",
            show=False,
        ),
    ]

    @dataclass
    class Selected(Message):
        """Another line is selected."""

        view: DiffView

    @dataclass
    class Chosen(Message):
        """Something is to be done with the selected line."""

        view: DiffView

    @dataclass
    class Ended(Message):
        """There was no more to page to."""

        view: DiffView

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._is_wide: bool | None = None
        self._wanted: str | None = None

    # What is shown

    def show(self, text: DiffText | None, comments: Comments, notes: Sequence[str] = ()) -> None:
        """Show a file; one that is shown already keeps its selected line.

        Args:
            text: The file; None where there is none.
            comments: What was said about it.
            notes: What there is to say of it as a whole.
        """
        was, row, stood = self.text, self.row, self.index - self.scroll_offset.y
        at_line = was.lines[self.line] if was is not None and self.line != NO_LINE else None
        is_same = was is not None and text is not None and text.file.path == was.file.path
        self.text, self._comments, self._notes = text, comments, notes
        self._pieces.clear()
        if not is_same:
            self._x = 0
        self._arrange()
        if not is_same or row is None:
            self._go(self._first_line())
        else:
            found = self._find(row) if text is was or row.comment else self._nearest(at_line)
            self.scroll_to(0, max(0, found - stood), animate=False, immediate=True)
            self._go(found)
        for number, row in enumerate(self.rows):
            if row.comment is not None and row.comment.id == self._wanted:
                self._wanted = None
                self._go(number)
                break

    @property
    def row(self) -> Row | None:
        """The selected row."""
        return self.rows[self.index] if self.index < len(self.rows) else None

    @property
    def comment(self) -> DiffComment | None:
        """The comment that is selected."""
        return self.row.comment if self.row is not None else None

    @property
    def line(self) -> int:
        """Index of the file's line that is selected, or that the comment is about."""
        for row in reversed(self.rows[: self.index + 1]):
            if row.line != NO_LINE or row.comment is None:
                return row.line
        return NO_LINE

    def split(self, is_split: bool) -> None:
        """Show what was beside what is, or one below the other."""
        at = self.row
        self._is_wide = self.is_split = is_split
        self._arrange()
        self._go(self._find(at) if at is not None else 0)

    def seek(self, needle: str) -> None:
        """Show where a text stands."""
        self.needle = needle
        self._pieces.clear()
        self.refresh()

    def select_line(self, index: int) -> None:
        """Select a line of the file by its index."""
        for at, row in enumerate(self.rows):
            if index in (row.left, row.right) and row.comment is None:
                self._go(at)
                return

    def want_comment(self, comment_id: str) -> None:
        """Select a comment once it is shown."""
        self._wanted = comment_id

    def selected_region(self) -> Region:
        """Return where the selected line is on the screen, without its numbers."""
        where, gutter = self.content_region, self._gutter() - 1
        y = where.y + self.index - self.scroll_offset.y
        return Region(where.x + gutter, y, where.width - gutter - 1, 1)

    def go_hunk(self, by: int) -> bool:
        """Select the first changed line of the next or last hunk; say whether there is one."""
        starts = self._starts()
        later = [at for at in starts if (at > self.index if by > 0 else at < self.index)]
        if not later:
            return False
        self._go(later[0] if by > 0 else later[-1], at_top=True)
        return True

    def go_edge_hunk(self, by: int) -> None:
        """Select the first hunk, or the last."""
        starts = self._starts()
        if starts:
            self._go(starts[0] if by > 0 else starts[-1], at_top=True)

    # Moving about

    def action_step(self, by: int) -> None:
        """Select a line above or below."""
        self._go(self.index + by)

    def action_page(self, by: int) -> None:
        """Select a line a page away."""
        if by > 0 and self.index >= len(self.rows) - 1:
            self.post_message(self.Ended(self))
            return
        height = max(1, self.size.height - 1)
        self.scroll_to(0, self.scroll_offset.y + by * height, animate=False, immediate=True)
        self._go(self.index + by * height)

    def action_edge(self, end: int) -> None:
        """Select the first line or the last."""
        self._go(len(self.rows) - 1 if end else 0)

    def action_sideways(self, by: int) -> None:
        """Show what is to the left or to the right."""
        room = self._code_room()
        most = max(0, self._longest() - room + 1) if self.text is not None else 0
        x = max(0, min(self._x + by * SIDEWAYS, most))
        if x != self._x:
            self._x = x
            self.refresh()

    def action_choose(self) -> None:
        """Do something with the selected line."""
        self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked; what is clicked twice is to be done something with."""
        at = event.y + self.scroll_offset.y
        if at < len(self.rows):
            self._go(at)
            if event.chain == 2:
                self.action_choose()

    def on_resize(self) -> None:
        """Lay the file out at the new width."""
        at = self.row
        if self._is_wide is None:
            self.is_split = self.app.size.width >= WIDE
        self._arrange()
        if at is not None:
            self._go(self._find(at))

    def on_focus(self) -> None:
        """Show the selection as the one that keys move."""
        self._refresh_row(self.index)

    def on_blur(self) -> None:
        """Show the selection as one that rests."""
        self._refresh_row(self.index)

    # Rows and lines

    def _starts(self) -> list[int]:
        """Return the rows that changes begin on: there may be several in a hunk."""
        found: list[int] = []
        changed = False
        for at, row in enumerate(self.rows):
            is_change = row.line != NO_LINE and row.left != row.right
            if is_change and not changed:
                found.append(at)
            changed = is_change or (changed and row.comment is not None)
        return found

    def _first_line(self) -> int:
        starts = self._starts()
        return starts[0] if starts else 0

    def _nearest(self, wanted: DiffLine | None) -> int:
        """Return where a line stands by now, or the one nearest to it."""
        lines = self.text.lines if self.text is not None else ()
        found, nearest = 0, 0
        for at, row in enumerate(self.rows):
            if row.line == NO_LINE or wanted is None:
                continue
            for index in {row.left, row.right} - {NO_LINE}:
                line = lines[index]
                old, new = _away(line.old, wanted.old), _away(line.new, wanted.new)
                away = 1 + old + new + (line.kind != wanted.kind)
                if not nearest or away < nearest:
                    found, nearest = at, away
        return found

    def _find(self, wanted: Row) -> int:
        """Return where a row of an earlier layout is by now."""
        if wanted.comment is not None:
            for at, row in enumerate(self.rows):
                if row.comment is not None and row.comment.id == wanted.comment.id:
                    return at
        line = wanted.line
        for at, row in enumerate(self.rows):
            if line != NO_LINE and line in (row.left, row.right):
                return at
        return self.index

    def _go(self, at: int, *, at_top: bool = False) -> None:
        at = max(0, min(at, len(self.rows) - 1))
        if at != self.index:
            self._refresh_row(self.index)
            self.index = at
        self._refresh_row(at)
        self.post_message(self.Selected(self))
        height, y = self.size.height, self.scroll_offset.y
        if height <= 0:
            return
        # A hunk comes with the lines around it.
        above, below = (min(4, height // 3), min(8, height // 2)) if at_top else (0, 1)
        if at - above < y or at + below > y + height:
            y = at - above if at_top or at < y else at - height + 1
            self.scroll_to(0, max(0, y), animate=False, immediate=True)

    def _refresh_row(self, at: int) -> None:
        self.refresh(Region(0, at - self.scroll_offset.y, self.size.width, 1))


def _away(number: int | None, other: int | None) -> int:
    return abs(number - other) if number is not None and other is not None else 0

"""A log to look at while it is written: it holds any length, and draws only what is seen.

What is shown begins at a piece of the log (``tui/log_file.py``) and a row of it, for a long piece
is folded into several. Pieces come from the log's own thread; the last ones come with every
growth, so that following never waits.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.message import Message
from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp
from textual.strip import Strip

from tui.log_pieces import LogPieces
from tui.log_reader import Grown, LogReader, Matches, Pieces, Told
from tui.log_search import Needle
from tui.spans import Span, Spans, clip_spans
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.line_view import LineView
from tui.widgets.log_keys import LOG_KEYS
from tui.widgets.row_list import SELECTED

_WHEEL = 3
_SIDEWAYS = 16

NOTHING_YET = "Nothing was printed yet."
"""What is said of an empty log."""


class LogView(LineView, KeysInOrder, can_focus=True, inherit_bindings=False):
    """Shows a log, and sticks to its end while it follows."""

    BINDINGS: ClassVar[list[BindingType]] = LOG_KEYS

    @dataclass
    class Changed(Message):
        """How long the log is, whether it follows or what was found is another by now."""

        log_view: LogView

    @dataclass
    class _Heard(Message, bubble=False):
        told: Told

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self.follows = True
        """Whether it stays at the end as the log grows."""
        self.size_in_bytes = 0
        """How long the log's file is."""
        self.path: Path | None = None
        """The file that is shown."""
        self.current = -1
        """The piece that the search has gone to; -1 for none."""
        self.found: array[int] = array("Q")
        """The pieces that hold what is searched, as far as is known."""
        self.found_all = True
        """Whether those are all."""
        self._reader: LogReader | None = None
        self._asked = 0
        self._pieces = LogPieces()
        self._top = self._skip = 0
        self._origin = (0, 1)
        """Where the search began, and which way it goes."""
        self._goes: tuple[int, int] | None = None
        self._wanted = (0, 0)
        self._note = self._empty_note = ""
        self._rows: list[tuple[Spans, int]] | None = None
        self._end: tuple[int, int] | None = None

    # What is shown

    def show(self, path: Path | None, *, note: str = NOTHING_YET) -> None:
        """Show a file from its end, unless it is shown already.

        Args:
            path: The file, which need not be there yet.
            note: What to say while it holds nothing.
        """
        if note != self._empty_note:
            self._note = self._empty_note = note
            self.refresh()
        if path == self.path and self._reader is not None:
            return
        self.path = path
        self._begin()
        self._asked = self._wake().show(path)
        self._tell_change()

    def rest(self, rests: bool) -> None:
        """Look for nothing that is added while nobody sees it, or go on."""
        if self._reader is not None:
            self._reader.rest(rests)

    @property
    def typed(self) -> str:
        """What is searched."""
        return self._pieces.needle.typed

    @property
    def count(self) -> int:
        """How many pieces the log has."""
        return self._pieces.count

    @property
    def folds(self) -> bool:
        """Whether long lines are folded."""
        return self._pieces.folds

    @property
    def lines_seen(self) -> list[str]:
        """The text of the lines in view, for tests and screen readers."""
        return [self.render_line(y).text.rstrip() for y in range(self.size.height)]

    def search(self, typed: str) -> None:
        """Go to the nearest line that holds a text, and mark it wherever it stands.

        That is the first from here on; the last one, when the end is shown and followed.
        """
        if not self.typed:
            self._origin = (self.count, -1) if self.follows else (self._top, 1)
        self._pieces.needle = Needle(typed)
        self.found, self.found_all = array("Q"), not typed
        self.current = -1
        self._goes = self._origin if typed else None
        start, by = self._origin
        self._wake().search(typed, start=start, forwards=by > 0)
        self._changed(rows=True)
        self._tell_change()

    def on_unmount(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def on_resize(self) -> None:
        """Fold anew at the new size."""
        if self._reader is not None:
            self._reader.want_tail(self.size.height)
        self._changed(rows=True)
        self._stay()

    def _wake(self) -> LogReader:
        if self._reader is None:
            self._reader = LogReader(lambda told: self.post_message(self._Heard(told)))
            self._reader.want_tail(max(1, self.size.height))
            self._reader.start()
        return self._reader

    def _begin(self) -> None:
        self._pieces.clear()
        self._pieces.needle = Needle("")
        self._top = self._skip = self.size_in_bytes = 0
        self._wanted = (0, 0)
        self.current, self.follows, self._note = -1, True, self._empty_note
        self.found, self.found_all = array("Q"), True
        self._goes = None
        self._changed(rows=True)
        self.set_lines(0)

    # What comes from the log's thread

    @on(_Heard)
    def _on_heard(self, message: _Heard) -> None:
        told = message.told
        if told.asked != self._asked:
            return
        match told:
            case Grown():
                self._take_growth(told)
            case Pieces():
                self._pieces.take(told)
                self._wanted = (0, 0)
                self._changed()
                self._stay()
            case Matches() if told.needle == self.typed:
                self.found, self.found_all = told.found, told.is_done
                self._go_on()
                self._tell_change()

    def _take_growth(self, told: Grown) -> None:
        if told.anew:
            self.current = -1
        self._pieces.take_growth(told)
        self.size_in_bytes = told.size
        self._note = told.problem or self._empty_note
        self._changed()
        self._stay()
        self._tell_change()

    def _tell_change(self) -> None:
        self.post_message(self.Changed(self))

    # Where it is

    def _stay(self) -> None:
        """Stay where it is, or at the end when it follows."""
        if self.follows:
            self._show_at(*self._bottom())
        else:
            self._show_at(*min((self._top, self._skip), self._bottom()))
        if self._goes is not None and self.current >= 0:
            self._reveal(self.current)

    def _show_at(self, top: int, skip: int) -> None:
        """Show the log from a row of a piece on."""
        self._top, self._skip = top, skip
        self._rows = None
        self.set_lines(self._bottom()[0] + self.size.height)
        self.scroll_to(0, top, animate=False, immediate=True)
        self.refresh()

    def _bottom(self) -> tuple[int, int]:
        """Return where the log's last rows fill the view."""
        if self._end is None:
            left, piece = self.size.height, self.count
            while left > 0 and piece > 0:
                piece -= 1
                left -= len(self._pieces.rows(piece))
            self._end = (piece, max(0, -left))
        return self._end

    def _go(self, top: int, skip: int) -> None:
        """Go somewhere because a person wants it; at the end it follows from then on."""
        self._goes = None
        bottom = self._bottom()
        follows = (top, skip) >= bottom
        if follows != self.follows:
            self.follows = follows
            self._tell_change()
        self._show_at(*(bottom if follows else (top, skip)))

    @on(ScrollTo)
    def _on_dragged(self, message: ScrollTo) -> None:
        message.prevent_default()
        if message.y is not None:
            self._go(round(message.y), 0)

    @on(ScrollUp)
    @on(ScrollDown)
    def _on_bar_clicked(self, message: ScrollUp | ScrollDown) -> None:
        message.prevent_default()
        self.action_page(1 if isinstance(message, ScrollDown) else -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show what is below."""
        self._scrolled(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show what is above."""
        self._scrolled(event, -_WHEEL)

    def _scrolled(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        event.prevent_default()
        self.action_move(by)

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys alone that have nothing to do as things are."""
        if action == "sideways":
            return not self.folds
        return bool(self.typed) if action == "next" else True

    def action_move(self, by: int) -> None:
        """Move by rows."""
        top, skip = self._top, self._skip + by
        while skip < 0 and top > 0:
            top -= 1
            skip += len(self._pieces.rows(top))
        skip = max(0, skip)
        while top < self.count - 1 and skip >= len(self._pieces.rows(top)):
            skip -= len(self._pieces.rows(top))
            top += 1
        self._go(top, skip)

    def action_page(self, by: int) -> None:
        """Move by pages."""
        self.action_move(by * max(1, self.size.height - 1))

    def action_top(self) -> None:
        """Show the beginning."""
        self._go(0, 0)

    def action_bottom(self) -> None:
        """Show the end, and follow."""
        self._go(*self._bottom())

    def action_follow(self) -> None:
        """Follow, or stay here."""
        self.follows = not self.follows
        self._goes = None
        self._stay()
        self._tell_change()

    def action_next(self, by: int) -> None:
        """Go to the next or the last line before that holds what is searched."""
        at = self.current if self.current >= 0 else self._top - (by > 0)
        self._goes = (at + 1, 1) if by > 0 else (at - 1, -1)
        self._go_on()
        self._tell_change()

    def action_fold(self) -> None:
        """Fold long lines, or cut them off."""
        self._pieces.folds, self._pieces.left = not self.folds, 0
        self._changed(rows=True)
        self._stay()
        self.refresh_bindings()

    def action_numbers(self) -> None:
        """Show line numbers, or leave them out."""
        self._pieces.shows_numbers = not self._pieces.shows_numbers
        self._changed(rows=True)
        self._stay()

    def action_sideways(self, by: int) -> None:
        """Show what is to the left or to the right."""
        self._pieces.left = max(0, self._pieces.left + by * _SIDEWAYS)
        self._changed(rows=True)

    # Searching

    def _go_on(self) -> None:
        """Go where the search leads, as far as it has got."""
        if self._goes is None or not self.found:
            return
        start, by = self._goes
        if by > 0:
            index = bisect_left(self.found, start)
            if index == len(self.found):
                if not self.found_all:
                    return
                index = 0
        else:
            index = bisect_right(self.found, max(0, start)) - 1 if start >= 0 else -1
            if index < 0 and not self.found_all:
                return
        self.current = self.found[index]
        self.follows = False
        self._reveal(self.current)

    def _reveal(self, piece: int) -> None:
        """Show a piece: a third below the top, unless it is in view already."""
        seen = [at for _, at in self._laid_out()]
        if seen.count(piece) < min(len(self._pieces.rows(piece)), self.size.height):
            top, left = piece, self.size.height // 3
            while top > 0 and left >= len(self._pieces.rows(top - 1)):
                top -= 1
                left -= len(self._pieces.rows(top))
            self._show_at(*min((top, 0), self._bottom()))
        if not any(at not in self._pieces for _, at in self._laid_out()):
            self._goes = None
        self.refresh()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.scrollable_content_region.width
        rows = self._laid_out()
        if not self.count:
            middle = max(0, self.size.height // 2 - 1)
            note = clip_spans([(f"  {self._note}", "faint")], width) if y == middle else ()
            return self.painted(note, width)
        if y >= len(rows):
            return self.painted((), width)
        spans, piece = rows[y]
        is_current = piece == self.current
        lead: Span = (SELECTED if is_current else " ", "accent")
        return self.painted([lead, *spans], width, "resting" if is_current else "")

    def _changed(self, *, rows: bool = False) -> None:
        """Forget what was laid out; and how each piece is drawn, when that is another too."""
        if rows:
            self._pieces.width = self.scrollable_content_region.width - 1
            self._pieces.draw_again()
        self._rows = self._end = None
        self.refresh()

    def _laid_out(self) -> list[tuple[Spans, int]]:
        """Return the rows in view, each with its piece; have read what is missing."""
        if self._rows is not None:
            return self._rows
        height = self.size.height
        rows: list[tuple[Spans, int]] = []
        piece, skip = self._top, self._skip
        while len(rows) < height and piece < self.count:
            rows += [(spans, piece) for spans in self._pieces.rows(piece)[skip:]]
            piece, skip = piece + 1, 0
        self._rows = rows[:height]
        # What is near the view is read before anyone gets there.
        near = range(max(0, self._top - height // 2), min(self.count, piece + height // 2))
        if not all(at in self._pieces for at in near):
            self._want(max(0, self._top - height), piece + height)
        return self._rows

    def _want(self, first: int, end: int) -> None:
        if self._wanted != (first, end) and self._reader is not None:
            self._wanted = (first, end)
            self._reader.want(first, end - first)

"""A log with a line above that tells what it is, and one below to type what is searched in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from tui.text import clip, visible
from tui.widgets.filter_line import FilterLine
from tui.widgets.log_view import NOTHING_YET, LogView


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log that can be shown.

    Attributes:
        key: What it goes by.
        title: What it is, such as ``turn 2``.
        path: Its file, which need not be there yet.
        note: What to say while it holds nothing.
    """

    key: str
    title: str
    path: Path
    note: str = NOTHING_YET


class LogHead(Widget):
    """One line: which log of how many it is, how long it is, and whether it is followed."""

    DEFAULT_CSS = """
    LogHead { height: 1; background: $panel; color: $foreground; }
    LogHead > .loghead--faint { background: $panel; color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"loghead--faint"}

    def __init__(self) -> None:
        super().__init__()
        self._title = self._words = ""

    def show(self, title: str, words: str) -> None:
        """Show which log it is, and what there is to say of it."""
        self._title, self._words = visible(title), visible(words)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width, style = self.size.width, self.rich_style
        title = clip(f" {self._title}", max(8, width - cell_len(self._words) - 2))
        words = clip(self._words, max(0, width - cell_len(title) - 2))
        gap = " " * max(1, width - cell_len(title) - cell_len(words) - 1)
        faint = self.get_component_rich_style("loghead--faint")
        segments = [Segment(title, style), Segment(gap, style), Segment(words, faint)]
        return Strip(segments).adjust_cell_length(width, style)


class LogPane(Vertical):
    """Shows one of some logs: ``[`` and ``]`` show the others, ``/`` searches."""

    DEFAULT_CSS = """
    LogPane { height: 1fr; }
    LogPane LogView { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "search",
            "Search",
            id="output.search",
            key_display="/",
            tooltip="Search the log as you type; a capital makes letter case count",
        ),
        Binding(
            "left_square_bracket",
            "other(-1)",
            "Log before",
            id="output.before",
            key_display="[",
            tooltip="Show the log before this one: of the turn before, or of another check",
            show=False,
        ),
        Binding(
            "right_square_bracket",
            "other(1)",
            "Next log",
            id="output.after",
            key_display="]",
            tooltip="Show the log after this one: of the next turn, or of a check",
            show=False,
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._sources: Sequence[LogSource] = ()
        self._key: str | None = None
        self._none = NOTHING_YET

    def compose(self) -> ComposeResult:
        """Lay the log between its two lines."""
        yield LogHead()
        yield LogView()
        yield FilterLine()

    @property
    def view(self) -> LogView:
        """The log itself."""
        return self.query_one(LogView)

    @property
    def line(self) -> FilterLine:
        """The line that is typed into."""
        return self.query_one(FilterLine)

    @property
    def source(self) -> LogSource | None:
        """The log that is shown."""
        return next((one for one in self._sources if one.key == self._key), None)

    @property
    def sources(self) -> Sequence[LogSource]:
        """The logs that can be shown."""
        return self._sources

    def show(
        self,
        sources: Sequence[LogSource],
        *,
        latest: str | None = None,
        select: str | None = None,
        none: str = NOTHING_YET,
    ) -> None:
        """Offer logs; keep what is shown, or go on to a latest one that is new.

        Args:
            sources: The logs, oldest first.
            latest: Key of the one to show where a person has not chosen another.
            select: Key of the one to show in any case.
            none: What to say where there is no log.
        """
        known = {one.key for one in self._sources}
        self._none = none
        self._sources = sources
        keys = {one.key for one in sources}
        if select in keys:
            self._key = select
        elif self._key not in keys or (latest is not None and latest not in known):
            self._key = latest if latest in keys else (sources[-1].key if sources else None)
        self._show_source()

    def _show_source(self) -> None:
        source = self.source
        if source is None:
            self.view.show(None, note=self._none)
        else:
            if source.path != self.view.path and self.line.is_open:
                self.line.action_clear()
            self.view.show(source.path, note=source.note)
        self._show_head()

    @on(LogView.Changed)
    def _on_changed(self) -> None:
        self._show_head()
        if self.line.is_open:
            self.line.show_count(_found_in_words(self.view))

    def _show_head(self) -> None:
        source, view = self.source, self.view
        if source is None:
            self.query_one(LogHead).show("", "")
            return
        many = len(self._sources)
        at = next(i for i, one in enumerate(self._sources, 1) if one.key == source.key)
        title = f"{source.title}  ‹{at} of {many}›" if many > 1 else source.title
        words = f"{view.count:,} {'line' if view.count == 1 else 'lines'}"
        words += f" · {size_in_words(view.size_in_bytes)}"
        words += " · follows" if view.follows else " · stays here"
        self.query_one(LogHead).show(title, words)

    # What the keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys while words are typed."""
        return not isinstance(self.screen.focused, FilterLine)

    def action_search(self) -> None:
        """Type what is searched."""
        self.line.open()

    def action_other(self, by: int) -> None:
        """Show another log."""
        keys = [one.key for one in self._sources]
        if self._key in keys:
            at = keys.index(self._key) + by
            if 0 <= at < len(keys):
                self._key = keys[at]
                self._show_source()

    def end_search(self) -> bool:
        """Search no more; say whether something was searched."""
        if not self.line.is_open:
            return False
        self.line.action_clear()
        return True

    @on(FilterLine.Changed)
    def _on_typed(self, message: FilterLine.Changed) -> None:
        message.stop()
        self.view.search(message.query)

    @on(FilterLine.Done)
    def _on_done(self, message: FilterLine.Done) -> None:
        message.stop()
        self.screen.set_focus(self.view)


def _found_in_words(view: LogView) -> str:
    if not view.typed:
        return ""
    count, more = len(view.found), "" if view.found_all else "+"
    if not count:
        return "no line" if view.found_all else "searching…"
    if view.current < 0:
        return f"{count:,}{more} lines"
    from bisect import bisect_right

    return f"{bisect_right(view.found, view.current):,} of {count:,}{more}"


def size_in_words(size: int) -> str:
    """Return a number of bytes as people say it: ``12 B``, ``3.4 kB``, ``104 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            number = size / factor
            return f"{number:.0f} {unit}" if number >= 10 else f"{number:.1f} {unit}"
    return f"{size} B"

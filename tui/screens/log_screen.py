"""What history and event log have in common: a long list, what is selected in words beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.plan_thread import PlanThread
from tui.screens.project_screen import ProjectScreen
from tui.spans import Spans
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.keys_in_order import KeysInOrder
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.text_pane import Paragraph, TextPane

T = TypeVar("T")

WIDE = 110
"""Cells from which what is selected stands beside the list."""

PAGE = 200
"""Rows read at a time."""

EVERYTHING = 1_000_000_000
"""A limit that no log reaches."""

MOMENTS_PASS = 30.0
"""Seconds after which ``5 min ago`` is worded anew."""


class _LogList(RowList[T], KeysInOrder):
    """A list on whose screen words can be typed: no letter of them is a key."""


class LogScreen(ProjectScreen, Generic[T]):
    """Shows rows newest first, read in pages as one scrolls, and narrows them by words.

    A subclass reads a page in ``read_page`` and hands it to ``show_page``, draws a row in
    ``drawn``, and tells of the selected one in ``tell`` when ``ask_about`` asks for it.
    """

    CSS_PATH: ClassVar = ["log.tcss"]
    DEFAULT_CLASSES = "log-screen"
    NOUN = "entry"
    NOUNS = "entries"
    KEY_WORDS: ClassVar[dict[str, str]] = {}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "Narrow",
            id="log.filter",
            key_display="/",
            tooltip="Show only what holds the words that are typed",
        ),
        Binding(
            "escape", "back", "Back", id="log.back", tooltip="Show everything again, then go back"
        ),
        Binding(
            "tab",
            "other_pane",
            "Details",
            id="log.pane",
            tooltip="Scroll what is said of the selected row, or go back to the list",
        ),
    ]

    def __init__(self, plan: PlanThread) -> None:
        """Show a log of the project that is open on ``plan``."""
        super().__init__(plan)
        self.typed = ""
        """The words that rows must hold."""
        self.rows: tuple[T, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay the list beside or above what is said of the selected row."""
        with Container(id="log"):
            yield _LogList[T](self.drawn, self.key_of, id="entries")
            yield TextPane(id="told")
        yield FilterLine(id="filter")
        yield StatusLine(id="status")
        yield KeyLine(words=self.KEY_WORDS, id="keys")

    def on_mount(self) -> None:
        """Word moments anew as they pass."""
        self.set_interval(MOMENTS_PASS, lambda: self.entries.draw_again())

    def on_resize(self, event: events.Resize) -> None:
        """Put what is said below the list where there is no room beside it."""
        self.set_class(event.size.width < WIDE, "-narrow")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that do something while words are being typed."""
        return not isinstance(self.focused, FilterLine) or action == "other_pane"

    @property
    def entries(self) -> RowList[T]:
        """The list."""
        return self.query_one("#entries", RowList)

    @property
    def told(self) -> TextPane:
        """What is said of the selected row."""
        return self.query_one("#told", TextPane)

    # What a subclass gives

    def drawn(self, row: T, width: int) -> Sequence[Spans]:
        """Return a row's line."""
        raise NotImplementedError

    def key_of(self, row: T) -> str:
        """Return what a row goes by."""
        raise NotImplementedError

    def read_page(self, after: T | None, limit: int) -> None:
        """Have a page read that follows a row, from the newest on when it is None."""
        raise NotImplementedError

    def ask_about(self, row: T) -> None:
        """Have read what is to be told of a row."""
        raise NotImplementedError

    @property
    def narrowed_to(self) -> str:
        """What the rows are narrowed to, beside words; empty when to nothing."""
        return ""

    def widen(self) -> bool:
        """Show what was left out, beside words; say whether there was something."""
        return False

    # What is read

    def read_again(self) -> None:
        """Read as many rows as were read before, from the newest on."""
        self.read_page(None, max(PAGE, len(self.rows)))

    def show_page(
        self, project: tuple[str, str], rows: Iterable[T], *, has_more: bool, older: bool
    ) -> None:
        """Show a page that was read.

        Args:
            project: Id and name of the project it is of.
            rows: What was read.
            has_more: Whether there are older ones.
            older: Whether it follows what is shown already.
        """
        if self.project_id not in (None, project[0]):
            return  # the screen closes
        self.project_id = project[0]
        self.rows = (*self.rows, *rows) if older else tuple(rows)
        count = f"{len(self.rows):,}{'+' if has_more else ''}"
        counted = f"{count} {self.NOUN if count == '1' else self.NOUNS}{self.narrowed_to}"
        note = f"No {self.NOUNS} yet."
        if self.typed.split() or self.narrowed_to:
            back = self._key("log.back", "escape")
            note = f"No {self.NOUN} matches. {back} shows them all."
        self.status.show_project(project[1], counted)
        if self.query_one(FilterLine).is_open:
            self.query_one(FilterLine).show_count(counted)
        if not self.rows:
            self.told.show([])
        self.entries.show(self.rows, empty_note=note, has_more=has_more)

    def tell(self, row: T, paragraphs: Iterable[Paragraph]) -> None:
        """Show what is to be told of a row, if it is still the selected one."""
        if self.entries.selected_key == self.key_of(row):
            self.told.show(paragraphs, about=self.key_of(row))

    @on(RowList.Wanted)
    def _on_wanted(self, message: RowList.Wanted) -> None:
        if self.rows:
            self.read_page(self.rows[-1], EVERYTHING if message.everything else PAGE)

    @on(RowList.Highlighted)
    def _on_highlighted(self) -> None:
        row: Any = self.entries.selected
        if row is not None:
            self.ask_about(row)

    # What the keys do

    def action_filter(self) -> None:
        """Type what the rows to show must hold."""
        self.query_one(FilterLine).open()

    @on(FilterLine.Changed)
    def _on_query(self, message: FilterLine.Changed) -> None:
        self.typed = message.query
        self.read_page(None, PAGE)

    @on(FilterLine.Done)
    def _on_filter_done(self) -> None:
        self.entries.focus()

    def action_other_pane(self) -> None:
        """Go from the list to what is said of the selected row, or back."""
        (self.entries if self.told.has_focus else self.told).focus()

    def action_back(self) -> None:
        """Show everything again; go back when it is all shown."""
        if self.told.has_focus:
            self.entries.focus()
        elif self.query_one(FilterLine).is_open:
            self.query_one(FilterLine).action_clear()
        elif not self.widen():
            super().action_back()

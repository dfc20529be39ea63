"""Find: what was typed, in every text of every project, as one types."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from planner.finding import KINDS, MOST_FOUND, Found
from tui.asks.find import Answer, Way, read_found, read_way
from tui.plan_thread import PlanThread
from tui.screens.plan_screen import PlanScreen
from tui.session import BoardRead
from tui.spans import Span, Spans, pad_spans
from tui.text import visible
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

_KIND = 13
"""Cells of what a thing is called."""

_START = "Type words, or their beginnings: every one must be there. #42 is a card by its number."


class FindInput(Input):
    """What is typed; enter comes after what was typed before it, however fast."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "Go there",
            id="find.go",
            tooltip="Go to what is selected, in its project",
        ),
    ]


FIND_KEYS: list[BindingType] = [
    Binding(
        "tab",
        "where",
        "This project / all",
        id="find.where",
        tooltip="Look in this project alone, or in every project",
    ),
    Binding("escape", "back", "Back", id="find.back", tooltip="Back to the map"),
    Binding("up", "step(-1)", "Up", id="find.up", tooltip="Select the one above", show=False),
    Binding("down", "step(1)", "Down", id="find.down", tooltip="Select the one below", show=False),
    Binding(
        "pageup",
        "page(-1)",
        "Page up",
        id="find.page_up",
        tooltip="Select a page above",
        show=False,
    ),
    Binding(
        "pagedown",
        "page(1)",
        "Page down",
        id="find.page_down",
        tooltip="Select a page below",
        show=False,
    ),
]
"""The keys beside those that type."""


class FindScreen(PlanScreen):
    """What was typed above, what holds it below, best first; enter goes there."""

    CSS_PATH: ClassVar = ["find.tcss"]
    AUTO_FOCUS = "Input"

    BINDINGS: ClassVar[list[BindingType]] = FIND_KEYS

    def __init__(self, plan: PlanThread, *, here: bool = False) -> None:
        """Find in the plans of ``plan``.

        Args:
            plan: What works on the plan.
            here: Look in the project that is open alone, at first.
        """
        super().__init__(plan)
        self._here = here
        self._shown: tuple[str, bool] | None = None
        self._goes = False

    def compose(self) -> ComposeResult:
        """Lay what is found below what is typed."""
        yield FindInput(placeholder="Find: words, or #42", select_on_focus=False, compact=True)
        found = RowList[Found](_drawn, lambda one: one.key, lines=_height, id="found")
        found.can_focus = False
        yield found
        yield StatusLine(id="status")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Say what can be typed."""
        self._look()

    @property
    def found(self) -> RowList[Found]:
        """The list of what was found."""
        return self.query_one("#found", RowList)

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    def take_board(self, message: BoardRead) -> None:
        """Look again: what is found may have changed."""
        super().take_board(message)
        self._look()

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        safe = visible(event.value)
        if safe != event.value:
            event.input.value = safe
        else:
            self._look()

    def _look(self) -> None:
        typed, here = self.typed, self._here
        self._plan.fetch_latest(
            self,
            "find",
            lambda session: read_found(session, typed, here=here),
            lambda answer: self._show(answer, (typed, here)),
        )

    def _show(self, answer: Answer, asked: tuple[str, bool]) -> None:
        is_new, self._shown = asked != self._shown, asked
        select = answer.found[0].key if answer.found and is_new else None
        self.found.show(answer.found, select=select, empty_note=_advice(answer))
        count = len(answer.found)
        many = f"the best {count}" if count == MOST_FOUND else f"{count:,} found"
        self.status.show_project(
            answer.project or "Every project", many if answer.typed.strip() else "find"
        )
        if self._goes:
            self.action_go()

    # What the keys do

    @on(Input.Submitted)
    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        self.action_go()

    def action_go(self) -> None:
        """Go to what is selected; to the first that is found, when that is still to come."""
        self._goes = self._shown != (self.typed, self._here)
        one = None if self._goes else self.found.selected
        if one is not None:
            self._plan.fetch(self, lambda session: read_way(session, one), self._go)

    def _go(self, way: Way) -> None:
        self.planner_app.go_to(way.select, way.project_id, item=way.item)

    def action_where(self) -> None:
        """Look in this project alone, or in every project."""
        self._here = not self._here
        self._look()

    def action_step(self, by: int) -> None:
        """Select the one above or below."""
        self.found.action_step(by)

    def action_page(self, by: int) -> None:
        """Select a page above or below."""
        self.found.action_page(by)

    def action_back(self) -> None:
        """Go back to where this was opened."""
        if self.is_current:
            self.dismiss()


def _advice(answer: Answer) -> str:
    """Say what to type, or what to try where nothing was found."""
    if not answer.typed.strip():
        return _START
    where = f" in {answer.project}" if answer.project else ""
    tries = "fewer words, or only how they begin"
    if answer.project:
        tries += "; tab looks in every project"
    return f"Nothing{where} holds “{answer.typed.strip()}”. Try {tries}."


def _height(one: Found) -> int:
    return 3 if one.snippet else 2


def _drawn(one: Found, width: int) -> list[Spans]:
    """Return a row: what it is and its title, the part that matches, where it is."""
    kind: list[Span] = [*pad_spans([(KINDS.get(one.kind, one.kind), "accent")], _KIND)]
    indent: Span = (" " * _KIND, "text")
    lines: list[Spans] = [[*kind, *_emphasised(one.title, "strong")]]
    if one.snippet:
        lines.append([indent, *_emphasised(one.snippet, "text")])
    where = [*one.where, *([one.on_card] if one.on_card else [])]
    lines.append([indent, (" › ".join(where) or "a project of its own", "faint")])
    return lines


def _emphasised(pieces: tuple[tuple[str, bool], ...], plain: str) -> list[Span]:
    return [(text, "match" if is_match else plain) for text, is_match in pieces]

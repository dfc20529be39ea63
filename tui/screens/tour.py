"""The tour: six short pages on how the board works, for a first start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.glyphs import FINALIZED, READY
from tui.screens.dialog import Dialog
from tui.widgets.key_line import KeyLine

KeyOf = Callable[[str], str]
"""Gives the key of a binding of the map by its id; nothing when it has none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what it is about, in a few words, and the keys for it by their ids.

    A row's keys are those of all its ids. One that is not bound is left out.
    """

    title: str
    words: str
    rows: tuple[tuple[tuple[str, ...], str], ...]


PAGES = (
    Page(
        "A plan is a map",
        "Workflows go down the screen. Each has activities side by side, and each of those a stack of cards: "
        "what people come to do, the steps of it, and what has to be built.",
        (
            (
                ("go.up", "go.down", "go.left", "go.right"),
                "select a card, an activity or a workflow",
            ),
            (("move.up", "move.down", "move.left", "move.right"), "move what is selected"),
            (("workflow.fold",), "fold a workflow away"),
        ),
    ),
    Page(
        "A card holds what must be known",
        "Requirements, known facts, assumptions, questions, planned files and context artifacts: all that an "
        "agent, or you, will need to build it.",
        (
            (("card.open",), "open the card, with all it holds"),
            (("card.pane",), "go to the pane that shows it"),
            (("card.form",), "edit it in one form"),
        ),
    ),
    Page(
        "Change anything with one key",
        "Everything is saved the moment it is done, and can be undone: after a restart too.",
        (
            (("card.new", "activity.new", "workflow.new"), "new card, activity or workflow"),
            (("card.title",), "edit the title where it stands"),
            (
                ("card.status", "card.priority_up", "card.priority_down"),
                "next status, more or less urgent",
            ),
            (("mark.card",), "mark it, to change many at once"),
            (("plan.undo", "plan.redo"), "undo and redo"),
        ),
    ),
    Page(
        "From an idea to a card that may be built",
        f"A card is ready ({READY}) once a requirement is approved and nothing is left open. Finalize it ({FINALIZED}) "
        "and it may be built. Changing what was approved takes the mark away again.",
        ((("card.finalize",), "finalize the card, or hear what is missing"),),
    ),
    Page(
        "Agents build, you approve",
        "A coding agent builds a finalized card in a worktree of its own. Checks you chose must pass, then "
        "you are asked; nothing is pushed or merged without your word, and closing the board stops nothing.",
        (
            (("plan.policy",), "connect a repository, choose the checks"),
            (("run.build", "run.build_workflow"), "build the card, or its workflow"),
            (("screen.runs",), "see every run live"),
            (("screen.approvals",), "see what waits for your word"),
        ),
    ),
    Page(
        "Find your way",
        "This plan is a sample: try everything on it. Your own starts with a new project.",
        (
            (("map.filter",), "show only some cards, by words or status:review"),
            (("plan.find",), "find a text in every project"),
            (("plan.projects",), "switch projects, or make one"),
            (("app.palette",), "do anything by its name"),
            (("app.help",), "every key"),
        ),
    ),
)
"""What the tour says."""

_HERE, _ELSEWHERE = "●", "○"


class Tour(Dialog[bool]):
    """Turns pages; gives whether it was read or sent away, which both end it for good."""

    CSS_PATH: ClassVar = ["dialog.tcss", "tour.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,space,enter,l",
            "turn(1)",
            "Next",
            id="tour.next",
            tooltip="The next page; after the last one the board",
        ),
        Binding("left,backspace,h", "turn(-1)", "Back", id="tour.back", tooltip="The page before"),
        Binding(
            "escape,q",
            "leave",
            "Don't show again",
            id="tour.leave",
            tooltip="Close the tour; ctrl+p, Tour shows it again",
        ),
    ]

    def __init__(self, key_of: KeyOf) -> None:
        """Begin at the first page.

        Args:
            key_of: Gives the keys of the map, which may not be the usual ones.
        """
        super().__init__()
        self._key_of = key_of
        self.page = 0

    def compose(self) -> ComposeResult:
        """Lay the page above its keys."""
        with Vertical(classes="dialog"):
            yield Static(id="title", classes="dialog-title")
            yield Static(id="words")
            yield Static(id="rows")
            yield Static(id="pages")
            yield KeyLine()

    def on_mount(self) -> None:
        """Show the first page."""
        self._show()

    def action_turn(self, by: int) -> None:
        """Show another page; past the last one there is the board."""
        if self.page + by >= len(PAGES):
            self.finish(True)
        elif self.page + by >= 0:
            self.page += by
            self._show()

    def action_leave(self) -> None:
        """Close the tour."""
        self.finish(False)

    def _show(self) -> None:
        page = PAGES[self.page]
        self.query_one("#title", Static).update(Content(page.title))
        self.query_one("#words", Static).update(Content(page.words))
        rows = [(self._keys(ids), words) for ids, words in page.rows]
        rows = [(keys, words) for keys, words in rows if keys]
        width = max((cell_len(keys) for keys, _ in rows), default=0)
        parts: list[str | tuple[str, str]] = []
        for keys, words in rows:
            parts += [(set_cell_size(keys, width), "bold $text-accent"), f"  {words}\n"]
        self.query_one("#rows", Static).update(Content.assemble(*parts).rstrip())
        dots = (_HERE if index == self.page else _ELSEWHERE for index in range(len(PAGES)))
        place = f"{' '.join(dots)}   {self.page + 1} of {len(PAGES)}"
        self.query_one("#pages", Static).update(Content(place))

    def _keys(self, ids: tuple[str, ...]) -> str:
        keys = [key for key in map(self._key_of, ids) if key]
        held = keys[0].rpartition("+")[0] + "+" if keys and "+" in keys[0][:-1] else ""
        if held and all(key.startswith(held) for key in keys):
            # shift+↑ ↓ ← → is what people say.
            keys[1:] = [key.removeprefix(held) for key in keys[1:]]
        return " ".join(keys)

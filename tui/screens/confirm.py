"""Asking before something is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.keys import key_of
from tui.screens.dialog import Dialog
from tui.text import visible, wrap

_WIDTH = 58
_QUESTION_LINES = 3
_DETAIL_LINES = 3


class Confirm(Dialog[bool]):
    """Asks a question that is answered by yes or no; no is the answer at hand."""

    CSS_PATH: ClassVar = ["dialog.tcss", "confirm.tcss"]
    AUTO_FOCUS = "#no"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do what is asked"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no", tooltip="Leave all as it is"),
        Binding(
            "left",
            "app.focus_previous",
            "The button before",
            id="confirm.previous",
            tooltip="Go to the other button",
            show=False,
        ),
        Binding(
            "right",
            "app.focus_next",
            "The next button",
            id="confirm.next",
            tooltip="Go to the other button",
            show=False,
        ),
        Binding(
            "up",
            "scroll('up')",
            "Scroll up",
            id="confirm.scroll_up",
            tooltip="Show the details above",
            show=False,
        ),
        Binding(
            "down",
            "scroll('down')",
            "Scroll down",
            id="confirm.scroll_down",
            tooltip="Show the details below",
            show=False,
        ),
    ]

    def __init__(
        self, question: str, details: Sequence[str] = (), yes: str = "Delete", no: str = "Keep"
    ) -> None:
        """Ask.

        Args:
            question: What is asked, such as ``Delete card #12?``.
            details: What goes with it, a line each.
            yes: What the button says that does it.
            no: What the button says that leaves all as it is.
        """
        super().__init__()
        self._question = question
        self._details = list(details)
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Lay the question above its buttons."""
        with Vertical(classes="dialog"):
            question = "\n".join(wrap(self._question, _WIDTH, _QUESTION_LINES))
            yield Static(Content(question), classes="dialog-title")
            if self._details:
                with VerticalScroll(id="details", can_focus=False):
                    for detail in self._details:
                        lines = "\n".join(wrap(detail, _WIDTH, _DETAIL_LINES))
                        yield Static(Content(lines), classes="detail")
            with Horizontal(id="buttons"):
                yield Button(Content(visible(self._no)), id="no", compact=True)
                yield Button(Content(visible(self._yes)), id="yes", compact=True)

    def on_mount(self) -> None:
        """Show each button's key."""
        for name, word in (("no", self._no), ("yes", self._yes)):
            key = key_of(self, f"confirm.{name}")
            label = Content.assemble(visible(word), (f"  {key}", "dim")) if key else word
            self.query_one(f"#{name}", Button).label = label

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.finish(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.finish(yes)

    def action_scroll(self, way: str) -> None:
        """Show other details."""
        for details in self.query("#details").results(VerticalScroll):
            if way == "up":
                details.scroll_up(animate=False)
            else:
                details.scroll_down(animate=False)

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

_WIDTH, _AROUND = 58, 6
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
            question, *details = self._folded()
            yield Static(question, classes="dialog-title")
            if details:
                with VerticalScroll(id="details", can_focus=False):
                    for detail in details:
                        yield Static(detail, classes="detail")
            with Horizontal(id="buttons"):
                yield Button(Content(visible(self._no)), id="no", compact=True)
                yield Button(Content(visible(self._yes)), id="yes", compact=True)

    def on_mount(self) -> None:
        """Show each button's key."""
        for name, word in (("no", self._no), ("yes", self._yes)):
            key = key_of(self, f"confirm.{name}")
            label = Content.assemble(visible(word), (f"  {key}", "dim")) if key else word
            self.query_one(f"#{name}", Button).label = label

    def on_resize(self) -> None:
        """Fold what is asked at the width there is."""
        self.call_after_refresh(self._fold)

    def _fold(self) -> None:
        statics = (self.query_one(".dialog-title", Static), *self.query(".detail").results(Static))
        for static, folded in zip(statics, self._folded(), strict=True):
            static.update(folded)

    def _folded(self) -> list[Content]:
        """Return the question and the details in lines that fit."""
        width = max(8, min(_WIDTH, self.app.size.width - _AROUND))
        texts = [(self._question, _QUESTION_LINES)]
        texts += [(detail, _DETAIL_LINES) for detail in self._details]
        return [Content("\n".join(wrap(text, width, lines))) for text, lines in texts]

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

"""Asking for a line of text, such as a title or a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.text import visible_lines, wrap
from tui.widgets.key_line import KeyLine
from tui.widgets.plain_area import PlainArea

_WIDTH = 68
_TITLE_LINES = 2
BLANK = "This can't be blank: type something, or cancel."
"""What is said of a blank text."""


class AskText(Dialog[str | None]):
    """Asks for a text; None when the person cancels.

    A text that was not changed comes back as it was, any other without blanks around it.
    """

    CSS_PATH: ClassVar = ["dialog.tcss", "ask_text.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save", id="ask.save", tooltip="Take this text"),
        Binding("escape", "cancel", "Cancel", id="ask.cancel", tooltip="Leave all as it was"),
    ]

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        placeholder: str = "",
        yes: str = "Save",
        refuse: Callable[[str], str | None] | None = None,
        one_line: bool = True,
        optional: bool = False,
        on_typed: Callable[[str], object] | None = None,
    ) -> None:
        """Ask.

        Args:
            title: What is asked for.
            value: What the text is to begin with.
            placeholder: What to show while there is no text.
            yes: What saving is called.
            refuse: Says why a text won't do, or None where it will.
            one_line: Whether it is for one line alone; ``shift+enter`` makes a new one else.
            optional: Whether it may be blank.
            on_typed: Told of what is typed as it is, to keep it.
        """
        super().__init__()
        self._title_text = title
        self._value = value
        self._placeholder = placeholder
        self._yes = yes
        self._refuse = refuse
        self._one_line = one_line
        self._optional = optional
        self._on_typed = on_typed

    def compose(self) -> ComposeResult:
        """Lay the text below its title."""
        with Vertical(classes="dialog"):
            title = "\n".join(wrap(self._title_text, _WIDTH, _TITLE_LINES))
            yield Static(Content(title), classes="dialog-title")
            yield PlainArea(
                self._value,
                one_line=self._one_line,
                submits=True,
                placeholder=self._placeholder,
                id="text",
            )
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            yield KeyLine(words={"ask.save": self._yes})

    @on(PlainArea.Changed)
    def _on_changed(self) -> None:
        self.query_one("#refusal").remove_class("-shown")
        if self._on_typed is not None:
            self._on_typed(self.query_one(PlainArea).value)

    @on(PlainArea.Failed)
    def _on_failed(self, message: PlainArea.Failed) -> None:
        self._refuse_with(message.reason)

    @on(PlainArea.Submitted)
    def _on_submitted(self, message: PlainArea.Submitted) -> None:
        self._take(message.value)

    def action_save(self) -> None:
        """Take the text, unless it won't do."""
        self._take(self.query_one(PlainArea).value)

    def _take(self, value: str) -> None:
        if value != self._value:
            value = value.strip()
        is_blank = not value.strip() and not self._optional
        refusal = BLANK if is_blank else self._refuse(value) if self._refuse else None
        if refusal is None:
            self.finish(value)
            return
        self._refuse_with(refusal)

    def _refuse_with(self, refusal: str) -> None:
        shown = self.query_one("#refusal", Static)
        shown.update(Content(f"✗ {visible_lines(refusal)}"))
        shown.add_class("-shown")

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self.finish(None)

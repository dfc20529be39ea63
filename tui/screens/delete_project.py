"""Deleting a project: the one thing that no key brings back."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from planner.projects import ProjectFace
from tui.screens.dialog import Dialog
from tui.text import visible, wrap
from tui.widgets.key_line import KeyLine
from tui.widgets.plain_area import PlainArea

_WIDTH = 68
_MOST_LINES = 4
_AROUND, _BUTTONS, _SMALL = 14, 3, 20
"""Lines around what is told, those of the buttons, and on how many lines there is no room."""

WARNING = "This can't be undone: u brings no project back."
LAST_CHANCE = "Last chance: enter deletes it now, escape keeps it."


class DeleteProject(Dialog[bool]):
    """Asks for the project's name; until it is typed exactly, nothing can be deleted."""

    CSS_PATH: ClassVar = ["dialog.tcss", "delete_project.tcss"]
    AUTO_FOCUS = "PlainArea"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "delete",
            "Delete it",
            id="delete_project.delete",
            tooltip="Delete the project for good, once its name is typed",
        ),
        Binding(
            "escape", "keep", "Keep it", id="delete_project.keep", tooltip="Leave all as it is"
        ),
    ]

    def __init__(self, face: ProjectFace) -> None:
        """Ask before a project is deleted."""
        super().__init__()
        self._face = face

    def compose(self) -> ComposeResult:
        """Lay what goes above the name to type."""
        from tui.screens.projects import counts_in_words

        goes = counts_in_words(self._face)[0]
        told = (
            (WARNING, "warning"),
            (f"Gone with it: {goes}, all they hold and the whole history.", "detail"),
            ("To delete it, type its name:", "detail"),
        )
        with Vertical(classes="dialog"):
            yield Static("Delete a project", classes="dialog-title", markup=False)
            with VerticalScroll(id="told", can_focus=False):
                for words, kind in told:
                    lines = "\n".join(wrap(words, _WIDTH, _MOST_LINES))
                    yield Static(Content(lines), classes=kind)
            name = "\n".join(wrap(self._face.name, _WIDTH, _MOST_LINES))
            yield Static(Content(name), id="project_name")
            yield PlainArea("", one_line=True, submits=True, id="text")
            yield Static(id="refusal", classes="dialog-refusal", markup=False)
            with Horizontal(id="buttons"):
                yield Button(Content("Keep it"), id="no", compact=True)
                yield Button(Content("Delete it for good"), id="yes", compact=True, disabled=True)
            yield KeyLine()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out on a small screen what keys do as well, and scroll what is told."""
        small = event.size.height < _SMALL
        self.set_class(small, "-small")
        around = _AROUND - (_BUTTONS if small else 0)
        self.query_one("#told").styles.max_height = max(1, event.size.height - around)

    @property
    def matches(self) -> bool:
        """Whether the name was typed exactly; signs that can't be typed as they are shown."""
        typed = self.query_one(PlainArea).value
        return typed in (self._face.name, visible(self._face.name))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key that deletes until the name was typed."""
        return None if action == "delete" and self.is_mounted and not self.matches else True

    @on(PlainArea.Changed)
    def _on_changed(self) -> None:
        matches = self.matches
        self.query_one("#yes", Button).disabled = not matches
        self._say(LAST_CHANCE if matches else "")
        self.refresh_bindings()

    @on(PlainArea.Submitted)
    def _on_submitted(self) -> None:
        self.action_delete()

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_delete()
        else:
            self.finish(False)

    def action_delete(self) -> None:
        """Delete it, once the name was typed."""
        if self.matches:
            self.finish(True)
        else:
            self._say("✗ That is not its name. Escape keeps it.")

    def action_keep(self) -> None:
        """Leave all as it is."""
        self.finish(False)

    def _say(self, words: str) -> None:
        line = self.query_one("#refusal", Static)
        line.update(Content(words))
        line.set_class(bool(words), "-shown")

"""Choosing a project, or making one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.ask_text import AskText
from tui.screens.dialog import Dialog
from tui.text import clip
from tui.widgets.key_line import KeyLine

_WIDTH = 66


@dataclass(frozen=True, slots=True)
class OpenProject:
    """Open this project."""

    id: str


@dataclass(frozen=True, slots=True)
class NewProject:
    """Make a project of this name."""

    name: str


ProjectChoice = OpenProject | NewProject
"""What was chosen."""

ProjectRow = tuple[str, str, str | None, int, int, int]
"""A project's id, name and description; how many workflows, activities and cards it has."""


class Projects(Dialog[ProjectChoice | None]):
    """The projects of the plan, each with how much it holds; None when nothing is chosen."""

    CSS_PATH: ClassVar = ["dialog.tcss", "projects.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "open",
            "Open",
            id="projects.open",
            tooltip="Open the highlighted project",
            priority=True,
        ),
        Binding("n", "new", "New project", id="projects.new", tooltip="Make a project"),
        Binding("escape", "close", "Close", id="projects.close", tooltip="Stay with this project"),
    ]

    def __init__(self, rows: Sequence[ProjectRow], current_id: str | None) -> None:
        """Offer projects.

        Args:
            rows: The projects, in the order to show them.
            current_id: The one that is open.
        """
        super().__init__()
        self._rows = list(rows)
        self._current_id = current_id

    def compose(self) -> ComposeResult:
        """Lay the projects in a list."""
        with Vertical(classes="dialog"):
            yield Static("Projects", classes="dialog-title", markup=False)
            if self._rows:
                yield OptionList(*(Option(self._prompt(row)) for row in self._rows), markup=False)
            else:
                yield Static("There is no project yet.", id="none", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Start on the project that is open."""
        for options in self.query(OptionList):
            ids = [row[0] for row in self._rows]
            options.highlighted = ids.index(self._current_id) if self._current_id in ids else 0

    def _prompt(self, row: ProjectRow) -> Content:
        project_id, name, description, workflows, activities, cards = row
        mark = "● " if project_id == self._current_id else "  "
        counts = " · ".join(
            (
                _count(workflows, "workflow", "workflows"),
                _count(activities, "activity", "activities"),
                _count(cards, "card", "cards"),
            )
        )
        if project_id == self._current_id:
            counts += " · open now"
        said = clip(description, _WIDTH - 2) if description and description.strip() else ""
        return Content.assemble(
            (mark + clip(name, _WIDTH - 2), "bold"),
            (f"\n  {counts}", "dim"),
            (f"\n  {said}", "dim") if said else "",
        )

    @on(OptionList.OptionSelected)
    def _on_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.finish(OpenProject(self._rows[event.option_index][0]))

    def action_open(self) -> None:
        """Open the highlighted project."""
        for options in self.query(OptionList):
            options.action_select()

    def action_new(self) -> None:
        """Make a project, once it has a name."""
        names = {row[1] for row in self._rows}

        def taken(name: str) -> str | None:
            return "There is a project of this name already." if name in names else None

        def named(name: str | None) -> None:
            if name is not None:
                self.finish(NewProject(name))

        self.app.push_screen(
            AskText("New project", placeholder="Its name", yes="Make it", refuse=taken), named
        )

    def action_close(self) -> None:
        """Stay with the project that is open."""
        self.finish(None)


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"

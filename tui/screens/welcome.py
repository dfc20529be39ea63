"""The start: what to do with a plan that holds nothing yet."""

from __future__ import annotations

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
from tui.screens.projects import NewProject
from tui.text import visible
from tui.widgets.key_line import KeyLine


@dataclass(frozen=True, slots=True)
class LoadSample:
    """Fill the plan with the sample."""


WelcomeChoice = NewProject | LoadSample
"""What was chosen."""

_OFFERS = (
    ("new", "Create a project", "Start with an empty map; you give it a name."),
    ("sample", "Load the sample plan", "A small plan to look around in; delete it any time."),
    ("quit", "Quit", "Leave the database as it is."),
)


class Welcome(Dialog[WelcomeChoice | None]):
    """Offers a start on an empty database; None is to quit."""

    CSS_PATH: ClassVar = ["dialog.tcss", "welcome.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "take",
            "Choose",
            id="welcome.take",
            tooltip="Do what is highlighted",
            priority=True,
        ),
        Binding("n", "new", "Create", id="welcome.new", tooltip="Create a project"),
        Binding("s", "sample", "Sample", id="welcome.sample", tooltip="Load the sample plan"),
        Binding(
            "q,escape", "leave", "Quit", id="welcome.quit", tooltip="Leave; nothing is changed"
        ),
    ]

    def __init__(self, database: str) -> None:
        """Offer a start.

        Args:
            database: The database's path, to show.
        """
        super().__init__()
        self._database = database

    def compose(self) -> ComposeResult:
        """Lay the offers below the database's name."""
        with Vertical(classes="dialog"):
            yield Static("Welcome to planner-tui", classes="dialog-title", markup=False)
            yield Static(
                Content.assemble(("There is no project yet in ", "dim"), visible(self._database)),
                id="database",
            )
            yield OptionList(
                *(
                    Option(Content.assemble((name, "bold"), (f"\n{words}", "dim")), id=offer)
                    for offer, name, words in _OFFERS
                ),
                markup=False,
            )
            yield KeyLine()

    def on_mount(self) -> None:
        """Start on the first offer."""
        self.query_one(OptionList).highlighted = 0

    @on(OptionList.OptionSelected)
    async def _on_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.run_action("leave" if event.option_id == "quit" else str(event.option_id))

    def action_take(self) -> None:
        """Do what is highlighted."""
        self.query_one(OptionList).action_select()

    def action_new(self) -> None:
        """Create a project, once it has a name."""

        def named(name: str | None) -> None:
            if name is not None:
                self.finish(NewProject(name))

        self.app.push_screen(
            AskText("What are you building?", placeholder="The project's name", yes="Create it"),
            named,
        )

    def action_sample(self) -> None:
        """Load the sample plan."""
        self.finish(LoadSample())

    def action_leave(self) -> None:
        """Leave the database as it is."""
        self.finish(None)

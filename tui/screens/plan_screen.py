"""What every whole screen on the plan has in common; dialogs are in ``dialog.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from tui.plan_thread import PlanThread
from tui.session import BoardRead, Failed
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.app import PlannerApp


class PlanScreen(Screen[None]):
    """A screen with a status line that hears what becomes of the plan while it is open.

    A subclass yields a ``StatusLine`` with the id ``status`` and, where it shows something
    of the plan, reads that again in ``take_board``.
    """

    def __init__(self, plan: PlanThread) -> None:
        """Show something of the plan that ``plan`` works on."""
        super().__init__()
        self._plan = plan

    @property
    def planner_app(self) -> PlannerApp:
        """The app, with all it hands down."""
        return cast("PlannerApp", self.app)

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    def on_mount(self) -> None:
        """Begin to hear of the plan."""
        self.planner_app.hear(self)

    def on_unmount(self) -> None:
        """Hear no more."""
        self.planner_app.unhear(self)

    def on_board_read(self, message: BoardRead) -> None:
        """Take a new snapshot. Textual calls this for each class, so none overrides it."""
        self.take_board(message)

    def take_board(self, message: BoardRead) -> None:
        """Say what was done; a subclass shows it."""
        if message.note is not None:
            self.status.say(message.note)

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done."""
        self.status.say(message.reason, failed=True)
        if self.is_current:
            self.app.bell()

"""What every whole screen about one project has in common."""

from __future__ import annotations

from tui.plan_thread import PlanThread
from tui.screens.plan_screen import PlanScreen
from tui.session import BoardRead


class ProjectScreen(PlanScreen):
    """A screen about the project that is open: it closes when the board shows another.

    A subclass reads what it shows in ``read_again``, called when it opens and whenever the
    plan has changed, by whichever program.
    """

    def __init__(self, plan: PlanThread) -> None:
        """Show something of the project that is open on ``plan``."""
        super().__init__(plan)
        self.project_id: str | None = None
        self._is_over = False

    def on_mount(self) -> None:
        """Read what is shown."""
        self.read_again()

    def take_board(self, message: BoardRead) -> None:
        """Read again what is shown, unless the project is another."""
        if self.project_id not in (None, message.board.project.id):
            self._is_over = True
            if self.is_current:
                self.dismiss()
            return
        super().take_board(message)
        self.read_again()

    def on_screen_resume(self) -> None:
        """Close, when the project changed while something else stood above."""
        if self._is_over:
            self.dismiss()

    def read_again(self) -> None:
        """Read what is shown."""

    def action_back(self) -> None:
        """Go back to where this was opened."""
        if self.is_current:
            self.dismiss()

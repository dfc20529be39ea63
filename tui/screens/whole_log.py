"""A log on a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.plan_thread import PlanThread
from tui.screens.plan_screen import PlanScreen
from tui.session import BoardRead
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.log_pane import LogPane, LogSource
from tui.widgets.status_line import StatusLine

Read = Callable[[Callable[[Sequence[LogSource]], object]], object]
"""Has the logs read that there are by now, for a function."""


class WholeLog(PlanScreen):
    """As much of a log as the terminal holds."""

    AUTO_FOCUS = "LogView"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,l",
            "back",
            "Back",
            id="whole_log.back",
            tooltip="Search no more, then go back",
        ),
    ]

    def __init__(
        self,
        plan: PlanThread,
        title: str,
        sources: Sequence[LogSource],
        *,
        select: str | None = None,
        read: Read | None = None,
    ) -> None:
        """Show a log.

        Args:
            plan: What works on the plan.
            title: What the logs are of.
            sources: The logs, oldest first.
            select: Key of the one to show first; the last one when None.
            read: Has the logs read again whenever the plan has changed.
        """
        super().__init__(plan)
        self._title_text = title
        self._sources = sources
        self._select = select
        self._read = read

    def compose(self) -> ComposeResult:
        """Lay the log above two lines."""
        yield LogPane(id="log")
        yield StatusLine(id="status")
        yield KeyLine(words={"filter.keep": "To the log"}, id="keys")

    def on_mount(self) -> None:
        """Show the log."""
        self.log_pane.show(self._sources, select=self._select)
        self.status.show_project(self._title_text, "")

    @property
    def log_pane(self) -> LogPane:
        """The log."""
        return self.query_one("#log", LogPane)

    def take_board(self, message: BoardRead) -> None:
        """Offer the logs there are by now."""
        super().take_board(message)
        if self._read is not None:
            self._read(self._offer)

    def _offer(self, sources: Sequence[LogSource]) -> None:
        if not sources or not self.is_mounted:
            return
        self.log_pane.show(sources, latest=sources[-1].key)

    def on_screen_suspend(self) -> None:
        """Read nothing while nobody sees it."""
        self.log_pane.view.rest(True)

    def on_screen_resume(self) -> None:
        """Read on."""
        self.log_pane.view.rest(False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key that leaves while words are typed."""
        return action != "back" or not isinstance(self.focused, FilterLine)

    def action_back(self) -> None:
        """Search no more; go back when nothing is searched."""
        if not self.log_pane.end_search() and self.is_current:
            self.dismiss()

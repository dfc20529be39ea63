"""The three screens that a plan is worked with, and the keys from each to the others."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.screens.plan_screen import PlanScreen


class Panes(PlanScreen):
    """A screen from which one key leads to the map, one to the runs, one to what waits for approval.

    The run pane is ``tui.screens.run_pane.RunPane``, the approval pane
    ``tui.screens.approval_pane.ApprovalPane``; the map stands below both, as it was left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "1", "to_screen('map')", "Map", id="screen.map", tooltip="Go to the map", show=False
        ),
        Binding(
            "2",
            "to_screen('runs')",
            "Runs",
            id="screen.runs",
            tooltip="Go to the runs: what is built, how far, and what waits for you",
            show=False,
        ),
        Binding(
            "3",
            "to_screen('approvals')",
            "Approvals",
            id="screen.approvals",
            tooltip="Go to what waits for your approval",
            show=False,
        ),
    ]

    wanted_run: str | None = None
    """The id of the run that is to be selected, set before the screen is shown."""

    @property
    def runs_key(self) -> str:
        """The key that leads to the runs."""
        return self._key("screen.runs", "2")

    def action_to_screen(self, name: str) -> None:
        """Go to another of the three screens."""
        self.planner_app.to_screen(name)

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

    PANE: ClassVar[str] = "map"
    """Which of the three it is."""

    wanted_run: str | None = None
    """The id of the run that is to be selected, set before the screen is shown."""

    def key_to(self, screen: str) -> str:
        """Return the key that leads to another of the screens; none leads to where one is."""
        usual = {"map": "1", "runs": "2", "approvals": "3"}
        return "" if screen == self.PANE else self._key(f"screen.{screen}", usual[screen])

    def action_to_screen(self, name: str) -> None:
        """Go to another of the three screens."""
        self.planner_app.to_screen(name)

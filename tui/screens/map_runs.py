"""What the map does about runs: starting them, and telling when one needs a person."""

from __future__ import annotations

from textual import on

from tui.screens.map_edits import MapEdits
from tui.session import RunsWait


class MapRuns(MapEdits):
    """The part of the map screen that builds cards."""

    @on(RunsWait)
    def _tell_elsewhere(self, message: RunsWait) -> None:
        """Ring, or notify on the desktop, when a run begins to wait; the map is always there."""
        if message.news:
            self.planner_app.call_for_person(message.news)

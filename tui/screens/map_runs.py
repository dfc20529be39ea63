"""What the map does about runs: starting them, and telling when one needs a person."""

from __future__ import annotations

from textual import on

from tui.screens.map_edits import MapEdits
from tui.session import RunsWait


class MapRuns(MapEdits):
    """The part of the map screen that builds cards."""

    def action_policy(self, part: str = "repository") -> None:
        """Edit what the project's runs are held to, and connect its repository."""
        from tui.screens.policy_form import edit_policy

        if self.project_id:
            edit_policy(self, self._plan, self.project_id, self._tell_policy, part)
            self.map.wait_for_opening()
        else:
            self.status.say("Make a project first: this edits its policy.", failed=True)

    def _tell_policy(self, words: str) -> None:
        self.status.say(words)
        self.toast(words)

    @on(RunsWait)
    def _tell_elsewhere(self, message: RunsWait) -> None:
        """Ring, or notify on the desktop, when a run begins to wait; the map is always there."""
        if message.news:
            self.planner_app.call_for_person(message.news)

"""The whole screens that the map's keys open."""

from __future__ import annotations

from tui.screens.map_edits import MapEdits


class MapOpens(MapEdits):
    """The part of the map screen that opens others over it; each is imported when it is opened."""

    def action_history(self) -> None:
        """Show what changed, when and by whom."""
        from tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._plan))

    def action_find(self) -> None:
        """Find words in every text of every project."""
        from tui.screens.find import FindScreen

        self.app.push_screen(FindScreen(self._plan))

    def action_overview(self) -> None:
        """Show the project at a glance."""
        from tui.screens.overview import OverviewScreen

        self.app.push_screen(OverviewScreen(self._plan))

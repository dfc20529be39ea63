"""The whole screens that the map's keys open."""

from __future__ import annotations

from textual import on

from planner.projects import ProjectFace
from tui.asks.projects import read_projects
from tui.keys import key_for
from tui.screens.card_edits import CardEdits
from tui.screens.map_runs import MapRuns
from tui.widgets.filter_line import FilterLine
from tui.widgets.map_cursor import find


class MapOpens(MapRuns, CardEdits):
    """The part of the map screen that opens others over it; each is imported when it is opened."""

    pane_card: str | None = None
    """The id of the card that someone went to beside the map."""

    def action_history(self) -> None:
        """Show what changed, when and by whom."""
        from tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._plan))

    def action_saved_filters(self) -> None:
        """Go by a filter that was saved."""
        from tui.screens.saved_filters import SavedFilters

        def chosen(query: str | None) -> None:
            if query is not None:
                self.filter.use(query, self._board)

        remembered = self.planner_app.remembered
        self.app.push_screen(SavedFilters(remembered, self._plan, self.filter.text), chosen)

    @on(FilterLine.Saved)
    def _on_filter_saved(self, message: FilterLine.Saved) -> None:
        from tui.screens.saved_filters import save_filter

        query = message.query
        if not query:
            self.status.say("Type a filter first: this saves it.", failed=True)
            return

        def saved(name: str) -> None:
            key = key_for(self, "saved_filters")
            self.status.say(f"Saved the filter “{name}”" + (f" · {key} lists them" if key else ""))

        save_filter(self, self.planner_app.remembered, query, saved)

    def action_find(self) -> None:
        """Find words in every text of every project."""
        from tui.screens.find import FindScreen

        self.app.push_screen(FindScreen(self._plan))

    def action_overview(self) -> None:
        """Show the project at a glance."""
        from tui.screens.overview import OverviewScreen

        self.app.push_screen(OverviewScreen(self._plan))

    def action_events(self) -> None:
        """Show what happened in the project."""
        from tui.screens.activity_log import EventLogScreen

        self.app.push_screen(EventLogScreen(self._plan))

    def action_projects(self) -> None:
        """Go to another project; make, rename, describe or delete one."""
        self._plan.fetch(self, read_projects, self._open_projects)
        self.map.wait_for_opening()

    def _open_projects(self, faces: list[ProjectFace]) -> None:
        from tui.screens.projects import Projects

        if self.is_current:
            self.app.push_screen(Projects(self._plan, faces, self.project_id or None))

    def action_pane(self) -> None:
        """Go to the card beside the map; open it where it stands below."""
        if self.map.card is None:
            self.status.say("Select a card first: this goes to it.", failed=True)
        elif self.has_class("-narrow"):
            self.open_card(self.map.card.id)
        else:
            view, card_id = self.card_view, self.map.card.id
            self.pane_card = card_id
            self.set_focus(view)
            # What is shown may be the card that was selected just before.
            view.keep_keys(lambda: view.shows_card(card_id) or self.focused is not view)

    def action_card_tab(self, by: int) -> None:
        """Go back to the map."""
        self.set_focus(self.map)

    def action_card_leave(self) -> None:
        """Go back to the map."""
        self.set_focus(self.map)

    def open_card(self, card_id: str, item: str | None = None) -> None:
        """Show a card on a screen of its own, something of what it holds selected."""
        from tui.screens.card import CardScreen

        self.app.push_screen(
            CardScreen(self._plan, card_id, board=self._board, left=self._came_back, item=item)
        )
        self.map.wait_for_opening()

    def _came_back(self, card_id: str) -> None:
        """Select the card that was shown last, unless the filter hides it."""
        place = find(self.map.lanes, card_id)
        if place is not None:
            self.map.select(place)

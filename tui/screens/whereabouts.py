"""Where a person is in a project: gone back to when it opens, kept as they go about."""

from __future__ import annotations

from tui.remembered import Remembered, View
from tui.widgets.filter_line import FilterLine
from tui.widgets.map_view import MapView


class Whereabouts:
    """Selection, folded workflows, filter and scroll of the project that is open.

    Folded workflows and the selection are there with the first cards; filter and scroll
    wait for all of them, and a person who has gone elsewhere by then stays there.
    """

    def __init__(
        self, remembered: Remembered, project_id: str, shown: MapView, filter_line: FilterLine
    ) -> None:
        """Go back to where the person was in a project.

        Args:
            remembered: Knows it, and is told of it.
            project_id: The project that opens.
            shown: The map it is shown on.
            filter_line: The filter above it.
        """
        self._remembered = remembered
        self._project_id = project_id
        self._map = shown
        self._filter = filter_line
        self._wanted = remembered.view(project_id)
        self._first: str | None = None
        self.collapsed = frozenset(self._wanted.collapsed if self._wanted else ())
        """The workflows that were folded."""

    def selection(self) -> str | None:
        """Return the id to select in a board that was read, None to leave it where it is."""
        if self._wanted is None or self._first not in (None, self._map.selected_id):
            return None
        return self._wanted.selected

    def arrive(self) -> None:
        """Bring back filter and scroll, once every card is there."""
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        if wanted.filter and not self._filter.is_open:
            self._filter.bring_back(wanted.filter)
        if self._map.selected_id == wanted.selected:
            # The first frame may still be to come, and there is no scrolling without a size.
            self._map.call_after_refresh(self._map.scroll_back, *wanted.scroll)

    def keep(self, collapsed: frozenset[str]) -> None:
        """Remember where the person is by now."""
        if self._wanted is not None:
            self._first = self._first or self._map.selected_id
            return
        x, y = self._map.scroll_offset
        self._remembered.keep_view(
            self._project_id,
            View(self._map.selected_id, tuple(sorted(collapsed)), self._filter.text, (x, y)),
        )

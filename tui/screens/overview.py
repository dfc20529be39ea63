"""The overview: the project at a glance, and from each bar to the cards it counts."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from planner.overview import Overview
from tui.asks.overview import read_project_overview
from tui.overview_rows import OverviewColumns, OverviewRow, overview_rows
from tui.plan_thread import PlanThread
from tui.screens.project_screen import ProjectScreen
from tui.spans import Spans
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

WIDE = 110
"""Cells from which there are two columns."""


class OverviewScreen(ProjectScreen):
    """Cards by status, readiness, builds; changes and open questions."""

    CSS_PATH: ClassVar = ["overview.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left,h",
            "part(-1)",
            "Part",
            id="overview.part_left",
            key_display="←→",
            tooltip="Choose the part of the bar on the left, or all of it",
        ),
        Binding(
            "right,l",
            "part(1)",
            "Part on the right",
            id="overview.part_right",
            tooltip="Choose the part of the bar on the right",
            show=False,
        ),
        Binding(
            "tab",
            "other_column",
            "Other column",
            id="overview.column",
            tooltip="Go to the other column, where there are two",
        ),
        Binding("escape,o", "back", "Back", id="overview.back", tooltip="Back to the map"),
    ]

    def __init__(self, plan: PlanThread) -> None:
        """Show the project that is open on ``plan``."""
        super().__init__(plan)
        self._columns = OverviewColumns()
        self._project_name = ""
        self._chosen = -1

    def compose(self) -> ComposeResult:
        """Lay out one or two columns."""
        with Container(id="columns"):
            for column in ("left", "right"):
                yield RowList[OverviewRow](self._drawn, lambda row: row.key, id=column)
        yield StatusLine(id="status")
        yield KeyLine(words={"list.open": "Show on the map"}, id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key to the other column where there is none."""
        return action != "other_column" or not self.has_class("-narrow")

    @property
    def left(self) -> RowList[OverviewRow]:
        """The first column, or the only one."""
        return self.query_one("#left", RowList)

    @property
    def right(self) -> RowList[OverviewRow]:
        """The second column, where there is room for it."""
        return self.query_one("#right", RowList)

    @property
    def here(self) -> RowList[OverviewRow]:
        """The column that keys work in."""
        return self.right if self.right.has_focus else self.left

    def on_resize(self, event: events.Resize) -> None:
        """Put the columns below each other where they don't fit beside."""
        self.set_class(event.size.width < WIDE, "-narrow")
        self._lay_out()

    # What is read

    def read_again(self) -> None:
        """Read the overview."""
        self._plan.fetch_latest(self, "overview", read_project_overview, self._show)

    def _show(self, found: tuple[str, Overview] | None) -> None:
        if found is None or self.project_id not in (None, found[0]):
            return
        self.project_id, overview = found
        self._project_name = overview.name
        self._columns = overview_rows(overview)
        self._lay_out()

    def _lay_out(self) -> None:
        left, right = self._columns.left, self._columns.right
        if self.has_class("-narrow"):
            if self.right.has_focus:
                self.left.focus()
            blank = [OverviewRow(None, lambda _width, _chosen: [])]
            left, right = [*left, *(blank if right else []), *right], []
        self.left.show(left)
        self.right.show(right)
        self.refresh_bindings()

    def _drawn(self, row: OverviewRow, width: int) -> list[Spans]:
        is_here = row.key is not None and row.key == self.here.selected_key
        return [row.draw(width, self._chosen if is_here else -1)]

    # What the keys do

    @on(RowList.Highlighted)
    def _on_highlighted(self) -> None:
        row = self.here.selected
        if self._chosen >= len(row.parts if row else ()):
            self._chosen = -1
        self._draw_again()

    def action_part(self, by: int) -> None:
        """Choose the part of the bar beside the chosen one; before the first is all of it."""
        row = self.here.selected
        parts = row.parts if row is not None else ()
        at = self._chosen + by
        while 0 <= at < len(parts) and not parts[at].count:
            at += by
        if -1 <= at < len(parts):
            self._chosen = at
            self._draw_again()

    def _draw_again(self) -> None:
        self.left.draw_again()
        self.right.draw_again()
        row = self.here.selected
        leads = row.filter_of(self._chosen) if row is not None else None
        where = "enter opens the card" if row is not None and row.card_id else ""
        if leads is not None:
            where = f"enter: {leads}" if leads else "enter: every card"
        self.status.show_project(self._project_name, where)

    def action_other_column(self) -> None:
        """Go to the other column, where there are two."""
        if self.right.selected is not None:
            (self.left if self.right.has_focus else self.right).focus()
            self._draw_again()

    @on(RowList.Chosen)
    def _on_chosen(self) -> None:
        """Show on the map what the row counts."""
        row = self.here.selected
        if row is None:
            return
        leads = row.filter_of(self._chosen)
        if row.card_id is not None:
            self.planner_app.go_to(row.card_id, item=row.item)
        elif leads is not None:
            self.planner_app.filter_for(leads)
        else:
            self.status.say("Choose a part of it first: → does.", failed=True)

"""What the keys of the map do to workflows and activities as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planner import requests as ask
from planner.board import Board, CardFace, Column, Lane
from store.records import ActivityColor, Workflow, WorkflowActivity
from tui.asks.lanes import Heading, move_activity, move_cards, read_heading
from tui.plan_thread import PlanThread
from tui.screens.map_filter import MapFilter
from tui.screens.map_marks import MapMarks
from tui.screens.panes import Panes
from tui.widgets.filter_line import FilterLine
from tui.widgets.map_geometry import HEADING
from tui.widgets.map_view import MapView

TitleTaken = Callable[[str | None], None]
"""Takes what was typed as a title, or None when the person let it be."""

PLAIN = "plain"
"""What stands for an activity without a colour."""


class MapLanes(Panes):
    """The part of the map screen that changes its lanes and columns."""

    def __init__(self, plan: PlanThread) -> None:
        """Change the plan that ``plan`` works on."""
        super().__init__(plan)
        self._board: Board | None = None
        self.filter = MapFilter(plan, lambda: self.query_one(FilterLine))
        self.marks = MapMarks(lambda: self.map)

    @property
    def map(self) -> MapView:
        """The story map."""
        return self.query_one("#map", MapView)

    def selected_or_marked(self) -> list[CardFace]:
        """Return the cards that a key is to change: the marked ones, else the selected one.

        Of the marked ones only those that can be seen; where none can, it says so.
        """
        if not self.marks.ids:
            return [self.map.card] if self.map.card is not None else []
        shown = self.marks.shown()
        if not shown:
            self.status.say(
                f"{self.marks.words}: show them to change them, or escape unmarks them.",
                failed=True,
            )
        return shown

    def action_new_activity(self) -> None:
        """Make an activity beside the selected one."""
        lane, place = self.map.lane, self.map.place
        if lane is None or place is None:
            new = self._key("workflow.new", "w")
            self.status.say(f"Make a workflow first: {new} does.", failed=True)
            return
        position = len(lane.columns) if place.column == HEADING else place.column + 1

        def named(title: str | None) -> None:
            if title is not None:
                colors = list(ActivityColor)
                self._apply(
                    ask.CreateActivity(
                        target_ref=ask.WorkflowTarget(workflow_id=lane.id),
                        payload=ask.NewActivity(
                            title=title,
                            color=colors[len(lane.columns) % len(colors)],
                            position=position,
                        ),
                    )
                )

        self._ask_text(f"New activity in “{lane.title}”", "", "what people do here", named)

    def action_new_workflow(self) -> None:
        """Make a workflow below the selected one."""
        if self._board is None:
            return
        lane = self.map.lane
        whole = [w.id for w in self._board.lanes]
        position = whole.index(lane.id) + 1 if lane is not None else len(whole)

        def named(title: str | None) -> None:
            if title is not None:
                self._apply(
                    ask.CreateWorkflow(payload=ask.NewWorkflow(title=title, position=position))
                )

        self._ask_text("New workflow", "", "what people come to do", named)

    def action_rename(self) -> None:
        """Rename the activity, or on its heading the workflow."""
        self._fetch_heading(self._rename)

    def _rename(self, row: Heading) -> None:
        from tui.edits import title_edit
        from tui.screens.saving import save_typed

        what = "workflow" if isinstance(row, Workflow) else "activity"

        def named(title: str | None) -> None:
            if title is not None and title != row.title:
                edit = title_edit(row, self.project_id)
                save_typed(self, self._plan, edit, {"title": title})

        self._ask_text(f"Rename the {what}", row.title, "", named)

    def action_describe(self) -> None:
        """Describe the activity, or on its heading the workflow."""
        self._fetch_heading(self._describe)

    def _describe(self, row: Heading) -> None:
        from tui.screens.describe import DescribeForm

        self.app.push_screen(DescribeForm(self._plan, row, self.project_id))

    def _fetch_heading(self, then: Callable[[Heading], None]) -> None:
        """Read the selected activity, or on its heading the workflow, as it is now."""
        column, lane = self.map.column, self.map.lane
        if lane is None:
            new = self._key("workflow.new", "w")
            self.status.say(f"Make a workflow first: {new} does.", failed=True)
            return
        table, row_id = (Workflow, lane.id) if column is None else (WorkflowActivity, column.id)
        self._plan.fetch(self, lambda session: read_heading(session, table, row_id), then)
        self.map.wait_for_opening()

    def action_color(self) -> None:
        """Give the activity its next colour."""
        column = self.map.column
        if column is None:
            self.status.say("Select an activity first: this changes its colour.", failed=True)
            return
        activity_id = column.id
        self._plan.ask(lambda session: session.step_color(activity_id))

    def action_choose_color(self) -> None:
        """Choose the activity's colour by name."""
        from tui.screens.chooser import Chooser, Chosen
        from tui.widgets.pick_list import Pick

        column = self.map.column
        if column is None:
            self.status.say("Select an activity first: this changes its colour.", failed=True)
            return
        activity_id, title = column.id, column.title
        colors = {**{str(color): str(color) for color in ActivityColor}, PLAIN: "no colour"}
        now = column.color or PLAIN
        picks = [Pick(name, words, here=name == now, swatch=name) for name, words in colors.items()]

        def chosen(choice: Chosen | None) -> None:
            if choice is not None and choice.id != now:
                color = None if choice.id == PLAIN else ActivityColor(choice.id)
                target = ask.ActivityTarget(workflow_activity_id=activity_id)
                change = ask.ActivityChange(color=color)
                words = f"“{title}” is {color or 'without colour'}"
                self._apply(ask.UpdateActivity(target_ref=target, payload=change), words)

        self.app.push_screen(
            Chooser(f"Colour of “{title}”", picks, swatches=self.map.swatches), chosen
        )

    def action_move_to(self) -> None:
        """Choose where the selected card goes, or on its heading the activity."""
        column, lane = self.map.column, self.map.lane
        cards = self.selected_or_marked()
        if self._board is not None and cards:
            self._move_cards_to(cards)
        elif self.marks.ids:
            return
        elif self._board is None or lane is None or column is None:
            self.status.say(
                "Select a card or an activity first: a workflow has nowhere to go.", failed=True
            )
        else:
            self._move_activity_to(column, lane)

    def _move_cards_to(self, cards: Sequence[CardFace]) -> None:
        from planner.many import called
        from tui.screens.chooser import Chosen
        from tui.screens.move_to import MoveTo, activity_picks

        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        ids = [card.id for card in cards]
        what = called(cards)
        column = self.map.column

        def chosen(choice: Chosen | None) -> None:
            if choice is not None:
                self._plan.ask(
                    lambda session: move_cards(session, ids, what, choice.id, choice.first),
                    f"moving {what}",
                )

        picks = activity_picks(self._board, column.id if column is not None else "")
        self.app.push_screen(MoveTo(f"Move {what} to…", picks, self.map.swatches), chosen)

    def _move_activity_to(self, column: Column, lane: Lane) -> None:
        from tui.screens.chooser import Chosen
        from tui.screens.move_to import MoveTo, workflow_picks

        assert self._board is not None  # noqa: S101  (narrows for the type checker)

        def chosen(choice: Chosen | None) -> None:
            if choice is not None:
                self._plan.ask(
                    lambda session: move_activity(session, column.id, choice.id, choice.first)
                )

        picks = workflow_picks(self._board, lane.id)
        self.app.push_screen(MoveTo(f"Move the activity “{column.title}” to…", picks), chosen)

    @property
    def project_id(self) -> str:
        """The id of the project that is open, empty when none is."""
        return self._board.project.id if self._board is not None else ""

    def _apply(self, action: ask.Action, note: str | None = None, what: str = "") -> None:
        self._plan.ask(lambda session: session.apply([action], note=note), what)

    def _ask_text(self, title: str, value: str, placeholder: str, done: TitleTaken) -> None:
        from tui.screens.ask_text import AskText

        self.app.push_screen(
            AskText(title, value=value, placeholder=placeholder),
            done,
        )


def cards_in_words(count: int) -> str:
    """Return so many cards in words."""
    return f"{count:,} card{'' if count == 1 else 's'}"


def activities_in_words(count: int) -> str:
    """Return so many activities in words."""
    return f"{count:,} activit{'y' if count == 1 else 'ies'}"

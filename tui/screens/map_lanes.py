"""What the keys of the map do to workflows and activities as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planner import requests as ask
from planner.board import Board
from planner.errors import Refused
from planner.filtering import CardFilter
from planner.moves import plan_move_to
from store.records import ActivityColor
from tui.plan_thread import PlanThread
from tui.screens.plan_screen import PlanScreen
from tui.session import Session
from tui.widgets.map_geometry import HEADING
from tui.widgets.map_view import MapView

TitleTaken = Callable[[str | None], None]
"""Takes what was typed as a title, or None when the person let it be."""

PLAIN = "plain"
"""What stands for an activity without a colour."""


class MapLanes(PlanScreen):
    """The part of the map screen that changes its lanes and columns."""

    def __init__(self, plan: PlanThread) -> None:
        """Change the plan that ``plan`` works on."""
        super().__init__(plan)
        self._board: Board | None = None
        self._filter: CardFilter | None = None

    @property
    def map(self) -> MapView:
        """The story map."""
        return self.query_one("#map", MapView)

    def action_new_activity(self) -> None:
        """Make an activity beside the selected one."""
        lane, place = self.map.lane, self.map.place
        if lane is None or place is None:
            self.status.say("Make a workflow first: w does.", failed=True)
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
        column, lane = self.map.column, self.map.lane
        if lane is None:
            return
        if column is not None:
            column_id, column_title = column.id, column.title

            def named_activity(title: str | None) -> None:
                if title is not None and title != column_title:
                    target = ask.ActivityTarget(workflow_activity_id=column_id)
                    change = ask.ActivityChange(title=title)
                    self._apply(ask.UpdateActivity(target_ref=target, payload=change))

            self._ask_text("Rename the activity", column.title, "", named_activity)
        else:

            def named_workflow(title: str | None) -> None:
                if title is not None and title != lane.title:
                    target = ask.WorkflowTarget(workflow_id=lane.id)
                    change = ask.WorkflowChange(title=title)
                    self._apply(ask.UpdateWorkflow(target_ref=target, payload=change))

            self._ask_text("Rename the workflow", lane.title, "", named_workflow)

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
        """Choose where the selected card goes."""
        from tui.screens.chooser import Chosen
        from tui.screens.move_to import MoveTo, activity_picks

        board, card, column = self._board, self.map.card, self.map.column
        if board is None or card is None or column is None:
            self.status.say("Select a card first: a workflow has nowhere to go.", failed=True)
            return
        card_ids, what = [card.id], f"card #{card.number}"

        def chosen(choice: Chosen | None) -> None:
            if choice is not None:
                self._plan.ask(
                    lambda session: move_to(session, card_ids, what, choice.id, choice.first),
                    f"moving {what}",
                )

        picks = activity_picks(board, column.id)
        self.app.push_screen(MoveTo(f"Move {what} to…", picks, self.map.swatches), chosen)

    def _apply(self, action: ask.Action, note: str | None = None) -> None:
        self._plan.ask(lambda session: session.apply([action], note=note))

    def _ask_text(self, title: str, value: str, placeholder: str, done: TitleTaken) -> None:
        from tui.screens.ask_text import AskText

        self.app.push_screen(
            AskText(title, value=value, placeholder=placeholder),
            done,
        )


def move_to(
    session: Session, card_ids: Sequence[str], what: str, activity_id: str, first: bool
) -> None:
    """Bring cards to an activity, on the plan's thread, against its latest board."""
    board = session.board
    if board is None:
        return
    actions = plan_move_to(board, card_ids, activity_id, first=first)
    titles = {column.id: column.title for lane in board.lanes for column in lane.columns}
    if activity_id not in titles:
        raise Refused("That activity has been deleted meanwhile.")
    there = f"“{titles[activity_id]}”"
    if not actions:
        raise Refused(f"{_sentence(what)} is {'first' if first else 'last'} in {there} already.")
    session.apply(actions, select=card_ids[0], note=f"Moved {what} to {there}", loud=True)


def cards_in_words(count: int) -> str:
    """Return so many cards in words."""
    return f"{count:,} card{'' if count == 1 else 's'}"


def activities_in_words(count: int) -> str:
    """Return so many activities in words."""
    return f"{count:,} activit{'y' if count == 1 else 'ies'}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]

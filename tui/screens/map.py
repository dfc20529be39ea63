"""The map screen: the board, the detail pane, the lines around them, and their keys."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen

from planner.board import CardFace, Lane
from store.records import Workflow, WorkflowActivity
from tui.asks.lanes import read_description
from tui.plan_thread import PlanThread
from tui.screens.map_keys import FIRST_KEYS, MAP_KEYS, kind_of_card
from tui.screens.map_lanes import activities_in_words, cards_in_words
from tui.screens.map_opens import MapOpens
from tui.screens.whereabouts import Whereabouts
from tui.session import (
    BoardRead,
    CardRead,
    DetailsRead,
    NoProject,
    Session,
)
from tui.widgets.card_view import CardView
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.map_geometry import Place
from tui.widgets.map_view import MapView
from tui.widgets.status_line import StatusLine

WIDE, HIGH = 110, 16
"""Cells from which the detail pane stands beside the map, and lines from which it may be below."""


class MapScreen(MapOpens):
    """A project's story map, and everything that can be done to it with one key."""

    AUTO_FOCUS = ""  # the app gives the map the focus after the first frame: it costs a restyling

    BINDINGS: ClassVar[list[BindingType]] = MAP_KEYS

    def __init__(self, plan: PlanThread) -> None:
        """Show the plan that ``plan`` works on."""
        super().__init__(plan)
        self._collapsed: dict[str, frozenset[str]] = {}
        self._whereabouts: Whereabouts | None = None
        self._described: dict[str, str] = {}
        """What describes the heading that was selected last, by its id."""
        self._welcome: ModalScreen[Any] | None = None

    @property
    def is_current(self) -> bool:
        """Whether the map is what is painted: not yet, while the app mounts.

        Textual would paint a whole frame then, and throw it away.
        """
        return self.planner_app.paints and super().is_current

    def compose(self) -> ComposeResult:
        """Lay out the map, the pane beside or below it, and three lines."""
        with Container(id="plan"):
            yield MapView(id="map")
            yield CardView(id="detail")
        yield FilterLine(id="filter", helps=True)
        yield StatusLine(id="status")
        yield KeyLine(id="keys")

    def on_resize(self, event: events.Resize) -> None:
        """Put the detail pane below the map where there is no room beside it, or nowhere."""
        self.set_class(event.size.width < WIDE, "-narrow")
        self.set_class(event.size.height < HIGH, "-short")
        typing = self.map.typing_into
        if typing is not None:
            self.call_after_refresh(typing.follow)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that do something while a title or a filter is being typed."""
        if isinstance(self.focused, CardView):
            return action.startswith("card_") or action in ("undo", "redo")
        return isinstance(self.focused, MapView | None) or action in ("step", "go")

    @property
    def toast_bottom(self) -> int:
        """The line below the last one that what stands over the map may cover."""
        found = self.query_one(FilterLine)
        return found.region.y if found.is_open and found.region else super().toast_bottom

    # What comes from the plan

    def take_board(self, message: BoardRead) -> None:
        """Show a new snapshot."""
        if self._welcome is not None:
            welcome, self._welcome = self._welcome, None
            welcome.pop_until_active()
            welcome.dismiss(None)
        if self._board is not None and self._board.project.id != message.board.project.id:
            self._forget()
        self._board = message.board
        whereabouts = self._whereabouts or self._go_back(message.board.project.id)
        self.filter.take_board(message.board)
        self.marks.take_board(message.board)
        self._show_board(message.select or whereabouts.selection())
        made = message.select
        hidden = self.filter.is_on and made is not None and self.map.selected_id != made
        self.announce(message, more=" · the filter hides it" if hidden else "")
        if not message.board.complete:
            self.call_after_refresh(self._plan.ask, Session.complete)
        else:
            whereabouts.arrive()
            self.call_after_refresh(self.planner_app.offer_tour, message.board.project.name)

    def on_card_read(self, message: CardRead) -> None:
        """Show what the selected card holds."""
        card = self.map.card
        if card is not None and card.id == message.holdings.card.id:
            self.card_view.show_card(message.holdings)

    def on_details_read(self, message: DetailsRead) -> None:
        """Let the filter look into all that a card holds."""
        if self._board is not None and message.project_id == self._board.project.id:
            self.filter.take_details(message)
            # What a change touched comes right before the board that it made.
            if message.whole and self.filter.is_on:
                self._show_board()

    def on_no_project(self, message: NoProject) -> None:
        """Offer a start."""
        from tui.screens.projects import NewProject
        from tui.screens.welcome import LoadSample, Welcome, WelcomeChoice

        if self._welcome is not None:
            return
        self._forget()

        def chosen(choice: WelcomeChoice | None) -> None:
            if self._welcome is None:
                return  # A project came from elsewhere meanwhile.
            self._welcome = None
            if isinstance(choice, NewProject):
                name = choice.name
                self._plan.ask(lambda session: session.create_project(name))
            elif isinstance(choice, LoadSample):
                self._plan.ask(Session.load_sample, "loading the sample plan")
            else:
                self.app.exit()

        self._welcome = Welcome(self.app.sub_title)
        self.app.push_screen(self._welcome, chosen)

    # What comes from the widgets

    @on(MapView.Selected)
    def _on_selected(self) -> None:
        self.keep_whereabouts()
        card, column, lane = self.map.card, self.map.column, self.map.lane
        if isinstance(self.focused, CardView) and not self._is_held(card):
            self.set_focus(self.map)  # the card it was about has gone, or is no longer shown
        self.fit_keys()
        if card is not None:
            self._plan.want_card(card.id)
            return
        if lane is None:
            self.card_view.show_words("", [])
            return
        table, row_id = (Workflow, lane.id) if column is None else (WorkflowActivity, column.id)
        self._show_heading(row_id, self._described.get(row_id, ""))
        self._plan.fetch_latest(
            self,
            "heading",
            lambda session: read_description(session, table, row_id),
            partial(self._take_description, row_id),
        )

    def _is_held(self, card: CardFace | None) -> bool:
        """Say whether a card is the one that someone is at, beside the map."""
        return card is not None and (
            card.id == self.pane_card or self.card_view.shows_card(card.id)
        )

    def _take_description(self, row_id: str, description: str) -> None:
        if self._described.get(row_id, "") != description:
            self._described = {row_id: description}
            if self.map.selected_id == row_id:
                self._show_heading(row_id, description)

    def _show_heading(self, row_id: str, description: str) -> None:
        """Show what is known of the selected activity or workflow."""
        column, lane = self.map.column, self.map.lane
        if lane is None:
            return
        if column is not None:
            title, facts = column.title, f"activity · {cards_in_words(column.size)}"
        else:
            title = lane.title
            held = (activities_in_words(len(lane.columns)), cards_in_words(lane.size))
            facts = " · ".join(("workflow", *held))
        self.card_view.show_words(title, [facts], description)

    @on(MapView.Opened)
    def _on_opened(self) -> None:
        self.action_open()

    @on(MapView.LaneClicked)
    def _on_lane_clicked(self) -> None:
        self.action_fold()

    @on(FilterLine.Changed)
    def _on_query(self, message: FilterLine.Changed) -> None:
        self.filter.type(message.query, self._board)
        self._show_board()

    @on(FilterLine.Done)
    def _on_filter_done(self, message: FilterLine.Done) -> None:
        if not message.filter_line.is_open:
            self.filter.close()
        elif message.filter_line.left_out:
            self.status.say(f"Left out: {message.filter_line.left_out}", failed=True)
        self.map.focus()

    # What the keys do

    def action_step(self, direction: str, times: int = 1) -> None:
        """Move the selection."""
        self.map.step(direction, times)

    def action_go(self, where: str) -> None:
        """Select the first or the last workflow."""
        if self.map.lanes:
            self.map.select(Place(0 if where == "first" else len(self.map.lanes) - 1))

    def action_open(self) -> None:
        """Open the selected card; fold a workflow, rename an activity."""
        if self.map.card is not None:
            self.open_card(self.map.card.id)
        elif self.map.column is None:
            self.action_fold()
        else:
            self.action_rename()

    def action_form(self) -> None:
        """Edit the selected card in the form."""
        if self.map.card is not None:
            self.open_form(self.map.card)
        else:
            self.status.say("Select a card first: this edits one.", failed=True)

    def action_fold(self) -> None:
        """Fold or unfold the workflow."""
        lane = self.map.lane
        if lane is None or self._board is None:
            return
        folded = self._folded() ^ {lane.id}
        self._collapsed[self._board.project.id] = folded
        self._show_board(lane.id if lane.id in folded else None)

    def action_fold_all(self) -> None:
        """Fold every workflow; unfold them all where all are folded."""
        lane = self.map.lane
        if lane is None or self._board is None:
            return
        every = frozenset(each.id for each in self._board.lanes)
        folded = frozenset[str]() if every <= self._folded() else every
        self._collapsed[self._board.project.id] = folded
        self._show_board(lane.id if folded else None)

    def action_filter(self) -> None:
        """Type what the cards to show must hold."""
        self.filter.open(self._board)

    def action_clear(self) -> None:
        """Unmark every card; where none is marked, show every card again."""
        if self.marks.clear():
            self.show_counts()
        else:
            self.query_one(FilterLine).action_clear()

    # Between them

    def show_other_card(self, card_id: str) -> None:
        """Go to another card, from the card beside the map."""
        self.reveal(card_id)

    def reveal(self, wanted: str) -> None:
        """Select something of the board, whatever fold or filter hides it."""
        if self._board is None:
            return
        lane = next((lane for lane in self._board.lanes if _holds(lane, wanted)), None)
        if lane is None:
            self.status.say("It is no longer on the map.", failed=True)
            return
        project_id = self._board.project.id
        if lane.id != wanted:
            self._collapsed[project_id] = self._folded() - {lane.id}
        self._show_board(wanted)
        if self.map.selected_id != wanted:
            self.query_one(FilterLine).action_clear()
            self.filter.close()
            self._show_board(wanted)

    def filter_for(self, text: str) -> None:
        """Show only the cards that a filter lets through; every card for an empty one."""
        line = self.query_one(FilterLine)
        if text:
            self.filter.open(self._board)
            line.bring_back(text)
            line.action_keep()
        else:
            line.action_clear()

    def keep_whereabouts(self) -> None:
        """Remember where the person is, for the next start."""
        if self._board is not None and self._whereabouts is not None:
            self._whereabouts.keep(self._folded())

    def _go_back(self, project_id: str) -> Whereabouts:
        """Begin to go back to where the person was in a project that opens."""
        self._whereabouts = whereabouts = Whereabouts(
            self.planner_app.remembered, project_id, self.map, self.query_one(FilterLine)
        )
        self._collapsed[project_id] = whereabouts.collapsed
        return whereabouts

    def _forget(self) -> None:
        """Let go of the project shown so far, with its selection and its filter."""
        self._board = self._whereabouts = None
        self.query_one(FilterLine).action_clear()
        self.filter.close()
        self.marks.clear()
        self.map.show((), frozenset())

    def _show_board(self, select: str | None = None) -> None:
        board = self._board
        if board is None:
            return
        lanes, folded = board.lanes, self._folded()
        note = f"An empty plan: {self._key('workflow.new', 'w')} makes its first workflow."
        if self.filter.is_on:
            lanes, folded = self.filter.narrow(lanes), frozenset[str]()
            note = f"No card matches. {self._key('map.clear', 'escape')} shows them all."
        self.map.show(lanes, folded, select=select, empty_note=note)
        self.show_counts()

    def fit_keys(self) -> None:
        """Show the keys first that fit what is selected."""
        if isinstance(self.focused, CardView):
            super().fit_keys()
            return
        card, column, lane = self.map.card, self.map.column, self.map.lane
        kind = (
            kind_of_card(card)
            if card
            else "activity"
            if column
            else "workflow"
            if lane
            else "empty"
        )
        self.query_one(KeyLine).put_first(FIRST_KEYS["marked" if self.marks.ids else kind])

    def show_counts(self) -> None:
        """Say how many cards there are and are shown, and how many are marked."""
        board = self._board
        if board is None:
            return
        counts = cards_in_words(board.size)
        if self.filter.is_on:
            shown = sum(column.shown for lane in self.map.lanes for column in lane.columns)
            counts = f"{shown} of {counts}"
        self.filter.show_answer(counts)
        self.fit_keys()
        marked = self.marks.words
        self.status.show_project(board.project.name, f"{counts} · {marked}" if marked else counts)

    def _folded(self) -> frozenset[str]:
        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        return self._collapsed.get(self._board.project.id, frozenset())


def _holds(lane: Lane, wanted: str) -> bool:
    """Say whether a workflow is, or holds, what has this id."""
    return lane.id == wanted or any(
        column.id == wanted or any(card.id == wanted for card in column.cards)
        for column in lane.columns
    )

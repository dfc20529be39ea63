"""The map screen: the board, the detail pane, the lines around them, and their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.geometry import Region
from textual.screen import ModalScreen, Screen

from planner import requests as ask
from planner.board import Board, CardFace
from planner.filtering import CardFilter
from planner.moves import plan_move
from store.records import ActivityColor, CardStatus
from tui.plan_thread import PlanThread
from tui.screens.map_keys import MAP_KEYS
from tui.session import (
    BoardRead,
    CardForForm,
    CardRead,
    Failed,
    NoProject,
    ProjectsRead,
    Session,
    TextsRead,
)
from tui.widgets.card_detail import CardDetail
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.map_geometry import HEADING, Place
from tui.widgets.map_view import MapView
from tui.widgets.status_line import StatusLine

TitleTaken = Callable[[str | None], None]
"""Takes what was typed as a title, or None when the person let it be."""

MOST_URGENT = 4
"""The highest priority."""


class MapScreen(Screen[None]):
    """A project's story map, and everything that can be done to it with one key."""

    CSS_PATH = "map.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  (Textual's own type)

    BINDINGS: ClassVar[list[BindingType]] = MAP_KEYS

    def __init__(self, plan: PlanThread) -> None:
        """Show the plan that ``plan`` works on."""
        super().__init__()
        self._plan = plan
        self._board: Board | None = None
        self._collapsed: dict[str, frozenset[str]] = {}
        self._filter: CardFilter | None = None
        self._descriptions: dict[str, str] = {}
        self._welcome: ModalScreen[Any] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the map, the pane beside or below it, and three lines."""
        with Container(id="plan"):
            yield MapView(id="map")
            yield CardDetail(id="detail")
        yield FilterLine(id="filter")
        yield StatusLine(id="status")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Give the keys to the map."""
        self.map.focus()

    @property
    def map(self) -> MapView:
        """The story map."""
        return self.query_one("#map", MapView)

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    # What comes from the plan

    def on_board_read(self, message: BoardRead) -> None:
        """Show a new snapshot."""
        if self._welcome is not None:
            welcome, self._welcome = self._welcome, None
            welcome.pop_until_active()
            welcome.dismiss(None)
        if self._board is not None and self._board.project.id != message.board.project.id:
            self._forget()
        self._board = message.board
        if self.query_one(FilterLine).is_open:
            # A change may have come with new words.
            self._plan.ask(Session.read_texts)
        self._show_board(message.select)
        if message.note is not None:
            self.status.say(message.note)
        if not message.board.complete:
            self.call_after_refresh(self._plan.ask, Session.complete)

    def on_card_read(self, message: CardRead) -> None:
        """Show what the selected card holds."""
        card = self.map.card
        if card is not None and card.id == message.holdings.card.id:
            self.query_one(CardDetail).show_card(message.holdings)

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done."""
        self.status.say(message.reason, failed=True)
        self.app.bell()

    def on_texts_read(self, message: TextsRead) -> None:
        """Let the filter look into descriptions as well."""
        if self._board is not None and message.project_id == self._board.project.id:
            self._descriptions = message.descriptions
            if self._filter is not None:
                self._filter = CardFilter(self._filter.query, self._descriptions)
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
                self._plan.ask(Session.load_sample)
            else:
                self.app.exit()

        self._welcome = Welcome(self.app.sub_title)
        self.app.push_screen(self._welcome, chosen)

    def on_projects_read(self, message: ProjectsRead) -> None:
        """Let the person choose a project."""
        from tui.screens.projects import NewProject, OpenProject, ProjectChoice, Projects

        def chosen(choice: ProjectChoice | None) -> None:
            if isinstance(choice, OpenProject):
                project_id = choice.id
                self._plan.ask(lambda session: session.open_project(project_id))
            elif isinstance(choice, NewProject):
                name = choice.name
                self._plan.ask(lambda session: session.create_project(name))

        current = self._board.project.id if self._board else None
        rows = [(r[0], r[1], r[2], r[3], r[4], r[5]) for r in message.rows]
        self.app.push_screen(Projects(rows, current), chosen)

    def on_card_for_form(self, message: CardForForm) -> None:
        """Edit a card in the form."""
        from tui.screens.card_form import CardForm

        card = message.card

        def saved(values: dict[str, object] | None) -> None:
            if values:
                change = ask.CardChange(**values)  # type: ignore[arg-type]
                self._apply(
                    ask.UpdateCard(target_ref=ask.CardTarget(card_id=card.id), payload=change)
                )

        self.app.push_screen(CardForm(card), saved)

    # What comes from the widgets

    @on(MapView.Selected)
    def _on_selected(self) -> None:
        card, column, lane = self.map.card, self.map.column, self.map.lane
        if card is not None:
            self._plan.want_card(card.id)
            return
        detail = self.query_one(CardDetail)
        if column is not None:
            detail.show_words(column.title, [f"activity · {_cards(column.size)}"])
        elif lane is not None:
            facts = f"workflow · {_activities(len(lane.columns))} · {_cards(lane.size)}"
            detail.show_words(lane.title, [facts])
        else:
            detail.show_words("", [])

    @on(MapView.Opened)
    def _on_opened(self) -> None:
        self.action_open()

    @on(MapView.LaneClicked)
    def _on_lane_clicked(self) -> None:
        self.action_fold()

    @on(MapView.Dropped)
    def _on_dropped(self, message: MapView.Dropped) -> None:
        column, row = message.column, message.row
        position = None
        if row < len(column.cards):
            position = self._position(column.id, column.cards[row] if row != HEADING else None)
        self._apply(
            ask.MoveCard(
                target_ref=ask.CardTarget(card_id=message.card.id),
                payload=ask.CardMove(workflow_activity_id=column.id, position=position),
            )
        )

    @on(FilterLine.Changed)
    def _on_query(self, message: FilterLine.Changed) -> None:
        query = message.query
        self._filter = CardFilter(query, self._descriptions) if query.split() else None
        self._show_board()

    @on(FilterLine.Done)
    def _on_filter_done(self) -> None:
        self.map.focus()

    # What the keys do

    def action_step(self, direction: str, times: int = 1) -> None:
        """Move the selection."""
        self.map.step(direction, times)

    def action_go(self, where: str) -> None:
        """Select the first or the last workflow."""
        if self.map.lanes:
            self.map.select(Place(0 if where == "first" else len(self.map.lanes) - 1))

    def action_new_card(self) -> None:
        """Type the title of a new card, below the selected one."""
        column, place = self.map.column, self.map.place
        if column is None or place is None:
            self.status.say("Select an activity first: n makes a card in it.", failed=True)
            return
        card = self.map.card
        position = 0 if card is None else self._position(column.id, card) + 1

        def made(title: str | None) -> None:
            if title is not None:
                self._apply(
                    ask.CreateCard(
                        target_ref=ask.ActivityTarget(workflow_activity_id=column.id),
                        payload=ask.NewCard(title=title, position=position),
                    )
                )

        region = self.map.screen_region(place)
        below = Region(region.x, region.bottom, region.width, 3)
        self._type_title(below, "", "title of the new card", made)

    def action_edit_title(self) -> None:
        """Edit the selected title where it stands."""
        card, place = self.map.card, self.map.place
        if card is None or place is None:
            self.action_rename()
            return
        if "\n" in card.title or "\t" in card.title or not card.title.isprintable():
            # One line can't hold this title as it is; the form can.
            self.action_open()
            return

        def edited(title: str | None) -> None:
            if title is not None and title != card.title.strip():
                self._update_card(card, ask.CardChange(title=title))

        self._type_title(self.map.screen_region(place), card.title, "title", edited)

    def action_open(self) -> None:
        """Edit the selected card in the form; on a workflow's heading, fold it."""
        card = self.map.card
        if card is not None:
            card_id = card.id
            self._plan.ask(lambda session: session.read_card_for_form(card_id))
        elif self.map.column is None:
            self.action_fold()
        else:
            self.action_rename()

    def action_status(self, by: int) -> None:
        """Give the card its next status."""
        statuses = list(CardStatus)

        def change(card: CardFace) -> ask.CardChange:
            index = statuses.index(CardStatus(card.status)) + by
            return ask.CardChange(status=statuses[index % len(statuses)])

        self._step_card(change)

    def action_priority(self, by: int) -> None:
        """Make the card more or less urgent."""

        def change(card: CardFace) -> ask.CardChange | None:
            priority = max(0, min(card.priority + by, MOST_URGENT))
            return None if priority == card.priority else ask.CardChange(priority=priority)

        self._step_card(change)

    def action_delete(self) -> None:
        """Delete what is selected, once the person has seen what goes with it."""
        from tui.screens.confirm import Confirm

        card, column, lane = self.map.card, self.map.column, self.map.lane
        if self._board is None or lane is None:
            return
        action: ask.Action
        if card is not None:
            action = ask.DeleteCard(target_ref=ask.CardTarget(card_id=card.id))
            question, details = f"Delete card #{card.number}?", _card_goes(card)
        elif column is not None:
            target = ask.ActivityTarget(workflow_activity_id=column.id)
            action = ask.DeleteActivity(target_ref=target)
            question = f"Delete the activity “{column.title}”?"
            details = _all_goes(_cards(column.size) if column.size else "")
        else:
            action = ask.DeleteWorkflow(target_ref=ask.WorkflowTarget(workflow_id=lane.id))
            question = f"Delete the workflow “{lane.title}”?"
            whole = next(w for w in self._board.lanes if w.id == lane.id)
            held = [_activities(len(whole.columns)), *([_cards(whole.size)] if whole.size else [])]
            details = _all_goes(" and ".join(held) if whole.columns else "")

        def answered(yes: bool | None) -> None:
            if yes:
                self._apply(action)

        self.app.push_screen(Confirm(question, [*details, "u brings it all back."]), answered)

    def action_undo(self) -> None:
        """Take back the latest change of the project."""
        self._plan.ask(Session.undo)

    def action_redo(self) -> None:
        """Bring back what the latest undo took."""
        self._plan.ask(Session.redo)

    def action_move(self, direction: str) -> None:
        """Move what is selected one step."""
        if self.map.place is None or self._board is None:
            return
        moved = (self.map.card or self.map.column or self.map.lane).id  # type: ignore[union-attr]
        shown = self._filter.matches if self._filter else None

        def move(session: Session) -> None:
            # On the plan's thread, against its latest board: quick keys add up.
            if session.board is not None:
                options = {"shown": shown} if shown else {}
                action = plan_move(session.board, moved, direction, **options)
                if action is not None:
                    session.apply([action], select=moved)

        self._plan.ask(move)

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
        if column is not None:
            activity_id = column.id
            self._plan.ask(lambda session: session.step_color(activity_id))

    def action_fold(self) -> None:
        """Fold or unfold the workflow."""
        lane = self.map.lane
        if lane is None or self._board is None:
            return
        folded = self._folded() ^ {lane.id}
        self._collapsed[self._board.project.id] = folded
        self._show_board(lane.id if lane.id in folded else None)

    def action_filter(self) -> None:
        """Type what the cards to show must hold."""
        self._plan.ask(Session.read_texts)
        self.query_one(FilterLine).open()

    def action_clear_filter(self) -> None:
        """Show every card again."""
        self.query_one(FilterLine).action_clear()

    def action_projects(self) -> None:
        """Switch to another project, or make one."""
        self._plan.ask(Session.read_projects)

    # Between them

    def _forget(self) -> None:
        """Let go of the project shown so far, with its selection and its filter."""
        self._board, self._filter, self._descriptions = None, None, {}
        self.query_one(FilterLine).action_clear()
        self.map.show((), frozenset())

    def _show_board(self, select: str | None = None) -> None:
        board = self._board
        if board is None:
            return
        lanes, counts = board.lanes, _cards(board.size)
        note = "An empty plan: w makes its first workflow."
        if self._filter is not None:
            lanes = self._filter.narrow(lanes)
            shown = sum(column.shown for lane in lanes for column in lane.columns)
            counts = f"{shown} of {_cards(board.size)}"
            note = "No card matches. escape shows them all."
            self.query_one(FilterLine).show_count(counts)
        self.status.show_project(board.project.name, counts)
        folded = self._folded() if self._filter is None else frozenset[str]()
        self.map.show(lanes, folded, select=select, empty_note=note)

    def _folded(self) -> frozenset[str]:
        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        return self._collapsed.get(self._board.project.id, frozenset())

    def _position(self, column_id: str, card: CardFace | None) -> int:
        """Return a card's position in its activity, hidden cards counted; 0 for none."""
        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        for lane in self._board.lanes:
            for column in lane.columns:
                if column.id == column_id and card is not None:
                    return next((i for i, c in enumerate(column.cards) if c.id == card.id), 0)
        return 0

    def _update_card(self, card: CardFace, change: ask.CardChange) -> None:
        self._apply(ask.UpdateCard(target_ref=ask.CardTarget(card_id=card.id), payload=change))

    def _step_card(self, change: Callable[[CardFace], ask.CardChange | None]) -> None:
        """Change the selected card from what it is when the plan's thread gets to it."""
        card = self.map.card
        if card is not None:
            card_id = card.id
            self._plan.ask(lambda session: session.step_card(card_id, change))

    def _apply(self, action: ask.Action, note: str | None = None) -> None:
        self._plan.ask(lambda session: session.apply([action], note=note))

    def _type_title(self, region: Region, value: str, placeholder: str, done: TitleTaken) -> None:
        from tui.widgets.title_input import TitleInput

        if self.map.typing_into is not None:
            return
        width = max(24, min(region.width, self.size.width))
        x = max(0, min(region.x, self.size.width - width))
        y = max(0, min(region.y, self.size.height - 3))

        def finished(title: str | None) -> None:
            self.map.typing_into = None
            self.map.focus()
            done(title)

        self.map.typing_into = TitleInput(Region(x, y, width, 3), value, placeholder, finished)
        self.mount(self.map.typing_into)

    def _ask_text(self, title: str, value: str, placeholder: str, done: TitleTaken) -> None:
        from tui.screens.ask_text import AskText

        self.app.push_screen(
            AskText(title, value=value, placeholder=placeholder),
            done,
        )


def _cards(count: int) -> str:
    return f"{count:,} card{'' if count == 1 else 's'}"


def _activities(count: int) -> str:
    return f"{count:,} activit{'y' if count == 1 else 'ies'}"


def _all_goes(held: str) -> list[str]:
    return [f"Gone with it: {held}, and all they hold."] if held else []


def _card_goes(card: CardFace) -> list[str]:
    held = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in (
            (card.requirements, "requirement"),
            (card.questions, "open question"),
            (card.planned_files, "planned file"),
        )
        if count
    ]
    goes = f"{', '.join(held)} and all else it holds go with it." if held else ""
    return [card.title, *([goes] if goes else [])]

"""What the keys of the map change: each becomes a planning action for the plan's thread."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.geometry import Region

from planner import requests as ask
from planner.board import CardFace
from planner.moves import plan_move
from store.records import CardStatus
from tui.screens.map_lanes import MapLanes, TitleTaken, activities_in_words, cards_in_words
from tui.session import CardForForm, Session
from tui.text import visible
from tui.widgets.map_geometry import HEADING, Place
from tui.widgets.map_view import MapView

MOST_URGENT = 4
"""The highest priority."""


class MapEdits(MapLanes):
    """The part of the map screen that changes cards, and whatever is selected.

    The screen itself shows the plan and moves about in it; here is what its keys, dialogs and
    drags turn into.
    """

    def on_card_for_form(self, message: CardForForm) -> None:
        """Edit a card in the form."""
        from tui.screens.card_form import CardForm

        project_id = self._board.project.id if self._board is not None else ""
        self.app.push_screen(CardForm(self._plan, message.card, project_id))

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

    def action_new_card(self) -> None:
        """Type the title of a new card, below the selected one."""
        lane, column, place = self.map.lane, self.map.column, self.map.place
        if lane is not None and place is not None and column is None and lane.columns:
            column, place = lane.columns[0], Place(place.lane, 0)
        if column is None or place is None:
            self.status.say("Make an activity first: a does, then n makes a card.", failed=True)
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
        from tui.screens.saving import save_card_title

        card, place = self.map.card, self.map.place
        if card is None or place is None:
            self.action_rename()
            return
        if visible(card.title) != card.title:
            # A one-line input can't hold this title as it is; the form can.
            self.open_form(card)
            return

        def edited(title: str | None) -> None:
            if title is not None and title != card.title.strip():
                save_card_title(self, self._plan, card.id, card.title, title)

        self._type_title(self.map.screen_region(place), card.title, "title", edited)

    def open_form(self, card: CardFace) -> None:
        """Edit a card in the form, once it has been read as it is now."""
        card_id = card.id
        self._plan.ask(lambda session: session.read_card_for_form(card_id))
        self.map.wait_for_opening()

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
            details = _all_goes(cards_in_words(column.size) if column.size else "")
        else:
            action = ask.DeleteWorkflow(target_ref=ask.WorkflowTarget(workflow_id=lane.id))
            question = f"Delete the workflow “{lane.title}”?"
            whole = next(w for w in self._board.lanes if w.id == lane.id)
            held = [
                activities_in_words(len(whole.columns)),
                *([cards_in_words(whole.size)] if whole.size else []),
            ]
            details = _all_goes(" and ".join(held) if whole.columns else "")

        def answered(yes: bool | None) -> None:
            if yes:
                self._apply(action)

        self.app.push_screen(Confirm(question, [*details, "u brings it all back."]), answered)

    def action_drafts(self) -> None:
        """List the texts that were typed and not saved."""
        from tui.screens.drafts import show_drafts

        show_drafts(self, self._plan)

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
        shown = self.filter.shown

        def move(session: Session) -> None:
            # On the plan's thread, against its latest board: quick keys add up.
            if session.board is not None:
                options = {"shown": shown} if shown else {}
                action = plan_move(session.board, moved, direction, **options)
                if action is not None:
                    session.apply([action], select=moved)

        self._plan.ask(move)

    def _position(self, column_id: str, card: CardFace | None) -> int:
        """Return a card's position in its activity, hidden cards counted; 0 for none."""
        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        for lane in self._board.lanes:
            for column in lane.columns:
                if column.id == column_id and card is not None:
                    return next((i for i, c in enumerate(column.cards) if c.id == card.id), 0)
        return 0

    def _step_card(self, change: Callable[[CardFace], ask.CardChange | None]) -> None:
        """Change the selected card from what it is when the plan's thread gets to it."""
        card = self.map.card
        if card is None:
            self.status.say("Select a card first: this changes one.", failed=True)
            return
        card_id = card.id
        self._plan.ask(lambda session: session.step_card(card_id, change))

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

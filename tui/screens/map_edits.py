"""What the keys of the map change: each becomes a planning action for the plan's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.geometry import Region

from planner import requests as ask
from planner.board import CardFace
from tui.screens.map_lanes import MapLanes, TitleTaken, activities_in_words, cards_in_words
from tui.session import CardForForm
from tui.text import visible
from tui.widgets.map_geometry import HEADING, Place
from tui.widgets.map_view import MapView

if TYPE_CHECKING:
    from tui.asks.many import Changing

MOST_NAMED = 6
"""Cards named before they are deleted; of more, how many there are."""


class MapEdits(MapLanes):
    """The part of the map screen that changes cards, and whatever is selected.

    The screen itself shows the plan and moves about in it; here is what its keys, dialogs and
    drags turn into.
    """

    def on_card_for_form(self, message: CardForForm) -> None:
        """Edit a card in the form."""
        from tui.screens.card_form import CardForm

        self.app.push_screen(CardForm(self._plan, message.card, self.project_id))

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
            activity, new = self._key("activity.new", "a"), self._key("card.new", "n")
            words = f"Make an activity first: {activity} does, then {new} makes a card."
            self.status.say(words, failed=True)
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

        def below() -> Region:
            region = self.map.screen_region(place)
            return Region(region.x, region.bottom, region.width, 3)

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

        self._type_title(lambda: self.map.screen_region(place), card.title, "title", edited)

    def open_form(self, card: CardFace) -> None:
        """Edit a card in the form, once it has been read as it is now."""
        card_id = card.id
        self._plan.ask(lambda session: session.read_card_for_form(card_id))
        self.map.wait_for_opening()

    def action_status(self, by: int) -> None:
        """Give the card, or all marked, its next status."""
        from planner import many  # nothing of it is needed for the first frame

        lead = self.map.selected_id
        self._change_cards(lambda cards: many.step_status(cards, lead, by))

    def action_priority(self, by: int) -> None:
        """Make the card, or all marked, more or less urgent."""
        from planner import many

        self._change_cards(lambda cards: many.step_priority(cards, by))

    def action_finalize(self) -> None:
        """Finalize the card, or all marked; where it is, take the mark away."""
        from planner.many import called
        from tui.asks.many import finalize

        cards = self._some_cards()
        if not cards:
            return
        ids = [card.id for card in cards]

        def done(refused: list[str]) -> None:
            if refused and self.marks.ids:
                self.marks.keep(refused)  # what is left to be seen to
                self.show_counts()

        self._plan.fetch(
            self, lambda session: finalize(session, ids), done, f"finalizing {called(cards)}"
        )

    def action_delete(self) -> None:
        """Delete what is selected, once the person has seen what goes with it."""
        from tui.screens.confirm import Confirm

        cards, column, lane = self.selected_or_marked(), self.map.column, self.map.lane
        if self._board is None or lane is None or (self.marks.ids and not cards):
            return
        action: ask.Action
        if cards:
            self._delete_cards(cards)
            return
        if column is not None:
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
                self._apply(action, what=f"deleting “{(column or lane).title}”")

        self.app.push_screen(Confirm(question, [*details, self._all_back()]), answered)

    def _all_back(self) -> str:
        return f"{self._key('plan.undo', 'u')} brings it all back."

    def action_drafts(self) -> None:
        """List the texts that were typed and not saved."""
        from tui.screens.drafts import show_drafts

        show_drafts(self, self._plan)

    def _delete_cards(self, cards: Sequence[CardFace]) -> None:
        from planner.many import called, delete
        from tui.asks.many import change_cards
        from tui.screens.confirm import Confirm

        ids, what = [card.id for card in cards], called(cards)

        def answered(yes: bool | None) -> None:
            if yes:
                self._plan.ask(
                    lambda session: change_cards(session, ids, delete), f"deleting {what}"
                )

        question = f"Delete {what}?"
        self.app.push_screen(Confirm(question, [*_cards_go(cards), self._all_back()]), answered)

    def action_move(self, direction: str) -> None:
        """Move what is selected one step, or all marked."""
        from tui.asks.many import move

        at = self.map.card or self.map.column or self.map.lane
        if at is None or self._board is None:
            return
        moved = [card.id for card in self.selected_or_marked()] if self.marks.ids else [at.id]
        shown = self.filter.shown
        if moved:
            self._plan.ask(
                # On the plan's thread, against its latest board: quick keys add up.
                lambda session: move(session, moved, direction, select=at.id, shown=shown),
                "moving",
            )

    # Marks

    def action_mark(self) -> None:
        """Mark the card or unmark it, and go on to the next one."""
        self.marks.toggle()
        self.show_counts()

    def action_mark_range(self) -> None:
        """Mark every card from the one marked last to this one."""
        if self._some_card():
            self.marks.mark_range()
            self.show_counts()

    def action_mark_all(self) -> None:
        """Mark every card that is shown, or unmark them."""
        self.marks.mark_all()
        self.show_counts()

    def show_counts(self) -> None:
        """Say how many cards there are, and how many are marked; the screen does."""

    def _position(self, column_id: str, card: CardFace | None) -> int:
        """Return a card's position in its activity, hidden cards counted; 0 for none."""
        assert self._board is not None  # noqa: S101  (narrows for the type checker)
        for lane in self._board.lanes:
            for column in lane.columns:
                if column.id == column_id and card is not None:
                    return next((i for i, c in enumerate(column.cards) if c.id == card.id), 0)
        return 0

    def _change_cards(self, changing: Changing) -> None:
        """Change the selected card, or all marked, from what they are once it is their turn."""
        from planner.many import called
        from tui.asks.many import change_cards

        cards = self._some_cards()
        if cards:
            ids = [card.id for card in cards]
            self._plan.ask(
                lambda session: change_cards(session, ids, changing), f"changing {called(cards)}"
            )

    def _some_cards(self) -> list[CardFace]:
        """Return the cards to change; where there are none, it says so."""
        cards = self.selected_or_marked()
        if not cards and not self.marks.ids:
            self._some_card()
        return cards

    def _some_card(self) -> bool:
        """Say whether a card is selected, to the person as well where none is."""
        if self.map.card is None:
            self.status.say("Select a card first: this changes one.", failed=True)
        return self.map.card is not None

    def _type_title(
        self, where: Callable[[], Region], value: str, placeholder: str, done: TitleTaken
    ) -> None:
        from tui.widgets.title_input import TitleInput

        if self.map.typing_into is not None:
            return

        def finished(title: str | None) -> None:
            self.map.typing_into = None
            self.set_focus(self.map)
            done(title)

        self.map.typing_into = TitleInput(where, value, placeholder, finished)
        self.mount(self.map.typing_into)


def _all_goes(held: str) -> list[str]:
    return [f"Gone with it: {held}, and all they hold."] if held else []


def _cards_go(cards: Sequence[CardFace]) -> list[str]:
    held = [
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in (
            (sum(card.requirements for card in cards), "requirement"),
            (sum(card.questions for card in cards), "open question"),
            (sum(card.planned_files for card in cards), "planned file"),
        )
        if count
    ]
    what = "it holds" if len(cards) == 1 else "they hold"
    goes = f"{', '.join(held)} and all else {what} go with {'it' if len(cards) == 1 else 'them'}."
    more = [f"… and {len(cards) - MOST_NAMED:,} more"] if len(cards) > MOST_NAMED else []
    if len(cards) == 1:
        named = [cards[0].title]
    else:
        named = [f"#{card.number} {card.title}" for card in cards[:MOST_NAMED]]
    return [*named, *more, *([goes] if held else [])]

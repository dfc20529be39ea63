"""A card as a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from planner.board import Board, CardFace, Column, Lane
from planner.holdings import CardHoldings
from tui.asks.card import read_card
from tui.plan_thread import PlanThread
from tui.screens.card_edits import CardEdits
from tui.screens.plan_screen import PlanScreen
from tui.session import BoardRead, NoProject
from tui.widgets.card_head import CardHead
from tui.widgets.card_side import CardSide
from tui.widgets.card_view import CardView
from tui.widgets.key_line import KeyLine
from tui.widgets.status_line import StatusLine

WIDE = 110
"""Cells from which what the card lacks stands beside it."""

Left = Callable[[str], object]
"""Called with the id of the card shown last, when the screen is left."""


class CardScreen(CardEdits):
    """Everything a card holds, and everything that can be done to it with one key."""

    CSS_PATH: ClassVar = "card.tcss"
    AUTO_FOCUS = "CardView"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_parenthesis",
            "neighbour(-1)",
            "Card before",
            id="card_screen.before",
            key_display="(",
            tooltip="Show the card before this one in its activity",
            show=False,
        ),
        Binding(
            "right_parenthesis",
            "neighbour(1)",
            "Next card",
            id="card_screen.next",
            key_display=")",
            tooltip="Show the card after this one in its activity",
            show=False,
        ),
        Binding(
            "y",
            "history",
            "History",
            id="card_screen.history",
            tooltip="What changed about this card, when and by whom",
            show=False,
        ),
    ]

    def __init__(
        self,
        plan: PlanThread,
        card_id: str,
        *,
        board: Board | None = None,
        left: Left | None = None,
        item: str | None = None,
    ) -> None:
        """Show a card.

        Args:
            plan: The plan's thread.
            card_id: Which card.
            board: The map as far as it has been read, for the card's place on it.
            left: Told which card was shown last, when the screen is left.
            item: Id of what to select of all it holds.
        """
        super().__init__(plan)
        self._at_first = item
        self._card_id = card_id
        self._board = board
        self._left = left
        self._over: str | None = None

    @property
    def card_id(self) -> str:
        """The id of the card shown."""
        return self._card_id

    def compose(self) -> ComposeResult:
        """Lay the card below its place on the map, and beside what it lacks."""
        yield CardHead(id="head")
        with Horizontal(id="card"):
            yield CardView(reads=True)
            yield CardSide()
        yield StatusLine(id="status")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Read the card."""
        self.show_other_card(self._card_id)

    def on_resize(self, event: events.Resize) -> None:
        """Leave the column out where there is no room for it."""
        is_narrow = event.size.width < WIDE
        self.set_class(is_narrow, "-narrow")
        self.card_view.show_rules(is_narrow)

    def action_history(self) -> None:
        """Show what changed about the card."""
        from tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._plan, card_id=self._card_id))

    def show_other_card(self, card_id: str) -> None:
        """Show a card in place of the one shown so far; keys wait for it."""
        self._card_id = card_id
        self._read()
        view = self.card_view
        view.keep_keys(lambda: view.shows_card(card_id) or not self.is_active)

    def take_board(self, message: BoardRead) -> None:
        """Read the card again: something may have changed about it."""
        if self._board is not None and self._board.project.id != message.board.project.id:
            self._end("")
            return
        super().take_board(message)
        self._board = message.board
        self._read()

    def on_no_project(self, message: NoProject) -> None:
        """Go with the last project."""
        self._end("")

    def on_screen_resume(self) -> None:
        """Leave, when the card went while something else stood above."""
        self._end_if_over()

    def on_descendant_focus(self) -> None:
        """Leave, when the card went while something was typed over it."""
        self._end_if_over()

    def _read(self) -> None:
        card_id = self._card_id
        self._plan.fetch_latest(
            self, "card screen", partial(read_card, card_id=card_id), self._take_card
        )

    def _take_card(self, holdings: CardHoldings | None) -> None:
        if holdings is None:
            self._end("This card has been deleted meanwhile.")
            return
        if self._at_first is not None:
            self.card_view.want(self._at_first)
            self._at_first = None
        self.card_view.show_card(holdings)
        self.query_one(CardSide).show_card(holdings)
        self._show_place()

    def _show_place(self) -> None:
        where, size = self._where(), ""
        words: list[str] = []
        if where is not None:
            lane, column, at = where
            words = [lane.title, column.title]
            size = f"{at + 1} of {column.size}"
        self.query_one(CardHead).show(words, size)
        if self._board is not None:
            self.status.show_project(self._board.project.name, "")

    def _where(self) -> tuple[Lane, Column, int] | None:
        for lane in self._board.lanes if self._board is not None else ():
            for column in lane.columns:
                for at, card in enumerate(column.cards):
                    if card.id == self._card_id:
                        return lane, column, at
        return None

    # What the keys do

    def action_neighbour(self, by: int) -> None:
        """Show the card before or after this one in its activity."""
        where = self._where()
        cards: Sequence[CardFace] = where[1].cards if where is not None else ()
        at = where[2] + by if where is not None else -1
        if 0 <= at < len(cards):
            self.show_other_card(cards[at].id)
        else:
            word = "last" if by > 0 else "first"
            self.status.say(f"This is the {word} card of its activity.")

    def action_card_tab(self, by: int) -> None:
        """Go to the next section, or to the one before."""
        self.card_view.action_section(by)

    def action_card_leave(self) -> None:
        """Go back to where the card was opened."""
        self._leave()

    @on(CardSide.Chosen)
    def _on_section_chosen(self, message: CardSide.Chosen) -> None:
        self.card_view.action_jump(message.section)

    def _end(self, why: str) -> None:
        """Leave since there is no card any more, once nobody types or is asked something."""
        self._over = why
        self._end_if_over()

    def saving_ended(self) -> None:
        """Leave, when the card went while something was saved."""
        self._end_if_over()

    def _end_if_over(self) -> None:
        rests = self.focused in (None, self.card_view) and not self.is_saving
        if self._over is not None and self.is_active and rests:
            why, self._over = self._over, None
            self._leave(why)

    def _leave(self, why: str = "") -> None:
        if not self.is_active:
            return
        below = self.app.screen_stack[-2]
        self.dismiss(None)
        if self._left is not None:
            self._left(self._card_id)
        if why and isinstance(below, PlanScreen):
            below.status.say(why, failed=True)

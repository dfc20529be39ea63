"""The map's marks: the cards that one key is to change together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from planner.board import Board, CardFace
from tui.widgets.map_view import MapView


class MapMarks:
    """Which cards are marked, by their ids, so that marks follow them about.

    What a key does to the marked cards it does only to those that are shown; the rest are
    counted, and said.
    """

    def __init__(self, shown_on: Callable[[], MapView]) -> None:
        """Mark cards of the map that this returns."""
        self._map = shown_on
        self._last: str | None = None

    @property
    def ids(self) -> frozenset[str]:
        """The marked cards, hidden ones included."""
        return self._map().marked

    @property
    def words(self) -> str:
        """How many are marked, and how many of them can't be seen; empty when none is."""
        if not self.ids:
            return ""
        hidden = len(self.ids) - len(self.shown())
        return f"{len(self.ids):,} marked" + (f", {hidden:,} hidden" if hidden else "")

    def shown(self) -> list[CardFace]:
        """Return the marked cards that can be seen, in reading order."""
        marked = self.ids
        return [card for card in self._cards() if card.id in marked] if marked else []

    def toggle(self) -> None:
        """Mark the selected card or unmark it, and go on to the next; on a heading, all below it."""
        shown = self._map()
        if shown.card is not None:
            self._set(self.ids ^ {shown.card.id}, shown.card.id)
            place = shown.place
            column = shown.column
            if place is not None and column is not None and place.row + 1 < len(column.cards):
                shown.step("down")
            return
        lane = shown.lane
        columns = [shown.column] if shown.column else lane.columns if lane else ()
        self._toggle_all([card.id for column in columns for card in column.cards])

    def mark_range(self) -> None:
        """Mark all from the card that was marked last to the selected one, in reading order."""
        selected = self._map().card
        if selected is None:
            return
        order = [card.id for card in self._cards()]
        start = self._last if self._last in order else selected.id
        first, last = sorted((order.index(start), order.index(selected.id)))
        self._set(self.ids | set(order[first : last + 1]), selected.id)

    def mark_all(self) -> None:
        """Mark every card that is shown; where all are marked, unmark them."""
        self._toggle_all([card.id for card in self._cards()])

    def clear(self) -> bool:
        """Unmark every card, and say whether any was marked."""
        had = bool(self.ids)
        self._set(frozenset(), None)
        return had

    def keep(self, card_ids: Collection[str]) -> None:
        """Leave only some of the marks."""
        self._set(self.ids & frozenset(card_ids), self._last)

    def take_board(self, board: Board) -> None:
        """Let go of cards that have gone."""
        if self.ids and board.complete:
            there = {c.id for lane in board.lanes for column in lane.columns for c in column.cards}
            if not self.ids <= there:
                self.keep(there)

    def _toggle_all(self, card_ids: list[str]) -> None:
        every = frozenset(card_ids)
        if every:
            marked = self.ids - every if every <= self.ids else self.ids | every
            self._set(marked, card_ids[-1])

    def _set(self, marked: frozenset[str], last: str | None) -> None:
        self._last = last
        self._map().mark(marked)

    def _cards(self) -> Iterator[CardFace]:
        """Go through the cards that are shown, in reading order."""
        shown = self._map()
        for lane in shown.lanes:
            if lane.id not in shown.collapsed:
                for column in lane.columns:
                    yield from column.cards

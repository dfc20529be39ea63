"""Narrowing a board to the cards that match what was typed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from planner.board import CardFace, Column, Lane


class CardFilter:
    """The words a card must hold, all of them, in its title, number or description.

    Letter case is ignored. ``#42`` is the card with that number; a bare number is one too.
    """

    def __init__(self, query: str, descriptions: Mapping[str, str]) -> None:
        """Look for ``query``.

        Args:
            query: What was typed.
            descriptions: Casefolded descriptions by card id, as far as they are known.
        """
        self.query = query
        # A lone # is the beginning of a number that is still being typed.
        self._words = [word for word in query.casefold().split() if word != "#"]
        self._descriptions = descriptions

    def matches(self, card: CardFace) -> bool:
        """Say whether a card holds every word."""
        title = card.title.casefold()
        number = str(card.number)
        for word in self._words:
            if word in title or word.removeprefix("#") == number:
                continue
            if word not in self._descriptions.get(card.id, ""):
                return False
        return True

    def narrow(self, lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
        """Return the lanes with the cards that match; lanes without any are left out."""
        narrowed = []
        for lane in lanes:
            columns = tuple(self._narrow_column(column) for column in lane.columns)
            if any(column.cards for column in columns):
                narrowed.append(msgspec.structs.replace(lane, columns=columns))
        return tuple(narrowed)

    def _narrow_column(self, column: Column) -> Column:
        cards = tuple(card for card in column.cards if self.matches(card))
        return Column(
            column.id, column.title, column.color, column.size, cards, column.size - len(cards)
        )

"""What a filter looks into besides what the map shows of a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import compress, islice

import msgspec

from planner.board import Board
from planner.filter_values import fold
from store.adapter import DbAdapter, Row
from store.records import Card

FEW = 50
"""Cards up to which only what a change touched is read again, rather than everything."""

_AT_ONCE = 500
_COUNTED = ("facts", "assumptions", "artifacts", "description")


class CardDetail(msgspec.Struct, frozen=True, gc=False):
    """A card's texts as the filter compares them, what it holds, and its two times.

    ``text`` is the title, the description and the quick answer, folded. ``held`` names the
    kinds of things it holds, as ``has:`` does, besides what the map counts. ``waits_for`` is what
    its build waits for, if for anything.
    """

    text: str
    held: frozenset[str]
    created_at: str
    updated_at: str
    waits_for: str | None = None


NOTHING = CardDetail("", frozenset(), "", "")
"""What is known of a card that was not read."""


def read_details(db: DbAdapter, board: Board) -> dict[str, CardDetail]:
    """Read what a filter looks into, of every card of a board."""
    # A few hundred at a time: rows take more room than what is kept of them.
    titles = (
        (card.id, card.title) for lane in board.lanes for c in lane.columns for card in c.cards
    )
    details: dict[str, CardDetail] = {}
    while some := dict(islice(titles, _AT_ONCE)):
        details.update(_read(db, some))
    return details


def read_some_details(db: DbAdapter, card_ids: Iterable[str]) -> dict[str, CardDetail | None]:
    """Read what a filter looks into, of some cards; None for one that has gone."""
    cards = [(card_id, db.get(Card, card_id)) for card_id in card_ids]
    titles = {card_id: card.title for card_id, card in cards if card is not None}
    return {**dict.fromkeys(card_id for card_id, _ in cards), **dict(_read(db, titles))}


def _read(db: DbAdapter, titles: Mapping[str, str]) -> Iterator[tuple[str, CardDetail]]:
    rows = {row[0]: row for row in db.card_details(list(titles))}
    for card_id, title in titles.items():
        if card_id in rows:  # it may have been deleted since the board was read
            yield card_id, _detail(title, rows[card_id])


def _detail(title: str, row: Row) -> CardDetail:
    _, description, quick_answer, created_at, updated_at, *counts, waits_for = row
    # A line break is between the texts, so that no phrase spans two.
    text = "\n".join(filter(None, (title, description, quick_answer)))
    held = _held(*(bool(count) for count in counts), bool(description))
    latest = created_at if updated_at == created_at else updated_at
    return CardDetail(fold(text), held, created_at, latest, waits_for)


@cache
def _held(*flags: bool) -> frozenset[str]:
    """Return one set for all cards that hold the same kinds of things."""
    return frozenset(compress(_COUNTED, flags))

"""One change to one card or to many: the batch that makes it, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from planner.board import Board, CardFace
from planner.requests import (
    Action,
    CardChange,
    CardTarget,
    DeleteCard,
    FinalizeCard,
    UnfinalizeCard,
    UpdateCard,
)
from store.records import PRIORITIES, CardStatus

MOST_URGENT = len(PRIORITIES) - 1
"""The highest priority."""


class Change(NamedTuple):
    """Actions to apply as one batch, none where nothing changes.

    ``note`` is what to say of them; what the planner says when None.
    """

    actions: list[Action]
    note: str | None = None


class Finalizing(NamedTuple):
    """A change of the finalized mark, and the cards that lack something for it."""

    change: Change
    refused: list[CardFace]


def faces_of(board: Board, card_ids: Collection[str]) -> list[CardFace]:
    """Return these cards as they stand on a board, in reading order; those that have gone aren't."""
    wanted = set(card_ids)
    return [
        card
        for lane in board.lanes
        for column in lane.columns
        for card in column.cards
        if card.id in wanted
    ]


def called(cards: Sequence[CardFace]) -> str:
    """Return what cards are called in a message: ``card #12`` or ``5 cards``."""
    if len(cards) == 1:
        return f"card #{cards[0].number}"
    return f"{len(cards):,} cards"


def step_status(cards: Sequence[CardFace], lead: str | None, by: int) -> Change:
    """Give all the status so many steps on from the leading card's.

    Args:
        cards: The cards.
        lead: Id of the one that leads, as the selected one does; the first when None, or when
            it isn't among them.
        by: 1 for the next status, -1 for the one before.
    """
    statuses = list(CardStatus)
    first = next((card for card in cards if card.id == lead), cards[0])
    status = statuses[(statuses.index(CardStatus(first.status)) + by) % len(statuses)]
    changes = [_update(card, CardChange(status=status)) for card in cards if card.status != status]
    return Change(changes, _now(cards, f"status {status}", str(status)))


def step_priority(cards: Sequence[CardFace], by: int) -> Change:
    """Make each more or less urgent by a step, as far as that goes."""
    after = {card.id: max(0, min(card.priority + by, MOST_URGENT)) for card in cards}
    changes = [
        _update(card, CardChange(priority=after[card.id]))
        for card in cards
        if card.priority != after[card.id]
    ]
    same = set(after.values())
    if len(same) > 1:
        words = "more urgent" if by > 0 else "less urgent"
    else:
        words = f"priority {PRIORITIES[same.pop()]}"
    return Change(changes, _now(cards, words, words))


def delete(cards: Sequence[CardFace]) -> Change:
    """Delete all."""
    actions: list[Action] = [DeleteCard(target_ref=CardTarget(card_id=card.id)) for card in cards]
    return Change(actions, f"Deleted {called(cards)}" if len(cards) > 1 else None)


def finalize(cards: Sequence[CardFace], reasons: Callable[[CardFace], Sequence[str]]) -> Finalizing:
    """Finalize those that lack nothing; where all are finalized, take all the marks away.

    Args:
        cards: The cards.
        reasons: What a card lacks, in words.
    """
    if all(card.is_finalized for card in cards):
        taken: list[Action] = [
            UnfinalizeCard(target_ref=CardTarget(card_id=card.id)) for card in cards
        ]
        many = f"{called(cards)}: no longer finalized" if len(cards) > 1 else None
        return Finalizing(Change(taken, many), [])
    ready = [card for card in cards if card.is_ready and not card.is_finalized]
    refused = [card for card in cards if not (card.is_ready or card.is_finalized)]
    given: list[Action] = [FinalizeCard(target_ref=CardTarget(card_id=card.id)) for card in ready]
    note: str | None = None
    if len(cards) == 1 and refused:
        note = f"Card #{cards[0].number} can't be finalized yet: {'; '.join(reasons(cards[0]))}"
    elif len(cards) > 1:
        note = f"Finalized {called(ready)}" if ready else "None is ready to be finalized"
        note += f". Not ready: {_told(refused, reasons)}" if refused else ""
    return Finalizing(Change(given, note), refused)


MOST_TOLD = 3
"""Refused cards that are told of with what each lacks; of more, only how many there are."""


def _told(cards: Sequence[CardFace], reasons: Callable[[CardFace], Sequence[str]]) -> str:
    told = [f"#{card.number} {', '.join(reasons(card))}" for card in cards[:MOST_TOLD]]
    more = len(cards) - len(told)
    return "; ".join([*told, *([f"and {more:,} more"] if more else [])])


def _update(card: CardFace, change: CardChange) -> Action:
    return UpdateCard(target_ref=CardTarget(card_id=card.id), payload=change)


def _now(cards: Sequence[CardFace], many: str, one: str) -> str:
    return f"#{cards[0].number} is now {one}" if len(cards) == 1 else f"{called(cards)}: {many}"

"""What a filter's terms come to: conditions that a card meets or doesn't.

Conditions are values. One *narrows* another when every card that meets it meets the other as
well; that is how a longer query knows that it can start from what a shorter one left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from planner.board import CardFace
from planner.card_details import CardDetail
from planner.filter_values import Span

Test = Callable[[CardFace, CardDetail], bool]
"""Says whether a card meets a condition."""


class Word(msgspec.Struct, frozen=True, tag=True):
    """The card's texts hold this, folded; digits may be its number instead."""

    word: str
    number: int | None = None
    negated: bool = False

    @property
    def needs_details(self) -> bool:
        """Whether it can be told without details; a title is better than nothing."""
        return False

    def narrows(self, other: object) -> bool:
        """Say whether every card that meets this meets the other."""
        if not isinstance(other, Word) or self.negated != other.negated:
            return self == other
        less, more = (other, self) if not self.negated else (self, other)
        return self == other or (more.number is None and less.word in more.word)


class Numbered(msgspec.Struct, frozen=True, tag=True):
    """The card has one of these numbers."""

    numbers: frozenset[int]
    negated: bool = False

    @property
    def needs_details(self) -> bool:
        """Whether it can be told without details."""
        return False

    def narrows(self, other: object) -> bool:
        """Say whether every card that meets this meets the other."""
        return self == other


class OneOf(msgspec.Struct, frozen=True, tag=True):
    """A property of the card is among these; or it holds one of them."""

    key: str
    things: frozenset[Any]
    negated: bool = False

    @property
    def needs_details(self) -> bool:
        """Whether it can be told without details."""
        return self.key == "waits" or (self.key == "has" and not self.things <= COUNTED.keys())

    def narrows(self, other: object) -> bool:
        """Say whether every card that meets this meets the other."""
        if not isinstance(other, OneOf) or (self.key, self.negated) != (other.key, other.negated):
            return False
        return self.things >= other.things if self.negated else self.things <= other.things


class Between(msgspec.Struct, frozen=True, tag=True):
    """A property of the card is in one of these spans."""

    key: str
    spans: tuple[Span, ...]
    negated: bool = False

    @property
    def needs_details(self) -> bool:
        """Whether it can be told without details."""
        return self.key in ("created", "updated")

    def narrows(self, other: object) -> bool:
        """Say whether every card that meets this meets the other."""
        return self == other


Condition = Word | Numbered | OneOf | Between

COUNTED: dict[str, Callable[[CardFace], int]] = {
    "requirements": lambda card: card.requirements,
    "questions": lambda card: card.questions,
    "files": lambda card: card.planned_files,
}
"""What ``has:`` asks for that the map counts anyway."""

PROPERTIES: dict[str, Callable[[CardFace, CardDetail], Any]] = {
    "status": lambda card, _detail: card.status,
    "priority": lambda card, _detail: card.priority,
    "ready": lambda card, _detail: card.is_ready,
    "finalized": lambda card, _detail: card.is_finalized,
    "build": lambda card, _detail: card.build_state,
    "waits": lambda _card, detail: detail.waits_for,
    "created": lambda _card, detail: detail.created_at,
    "updated": lambda _card, detail: detail.updated_at,
}
"""What a condition on a key looks at."""


def test_of(condition: Condition) -> Test:
    """Return what tests a card for one condition."""
    if isinstance(condition, Word):
        return _word_test(condition)
    if isinstance(condition, Numbered):
        numbers, negated = condition.numbers, condition.negated
        return lambda card, _detail: (card.number in numbers) is not negated
    if isinstance(condition, Between):
        spans, negated, look = condition.spans, condition.negated, PROPERTIES[condition.key]
        if len(spans) == 1:
            ((lowest, end),) = spans
            return lambda card, detail: (lowest <= look(card, detail) < end) is not negated
        return lambda card, detail: (
            any(low <= look(card, detail) < high for low, high in spans) is not negated
        )
    if condition.key == "has":
        return _held_test(condition)
    things, negated, look = condition.things, condition.negated, PROPERTIES[condition.key]
    return lambda card, detail: (look(card, detail) in things) is not negated


def _word_test(condition: Word) -> Test:
    word, number, negated = condition.word, condition.number, condition.negated

    def holds(card: CardFace, detail: CardDetail) -> bool:
        return word in detail.text

    def holds_or_is(card: CardFace, detail: CardDetail) -> bool:
        return card.number == number or word in detail.text

    found = holds if number is None else holds_or_is
    return found if not negated else lambda card, detail: not found(card, detail)


def _held_test(condition: OneOf) -> Test:
    counts = [count for name, count in COUNTED.items() if name in condition.things]
    rest, negated = condition.things - COUNTED.keys(), condition.negated

    def holds(card: CardFace, detail: CardDetail) -> bool:
        return any(count(card) for count in counts) or not rest.isdisjoint(detail.held)

    return holds if not negated else lambda card, detail: not holds(card, detail)

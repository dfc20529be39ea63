"""Narrowing a board to the cards that match what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from planner.board import CardFace, Column, Lane
from planner.card_details import NOTHING, CardDetail
from planner.filter_conditions import Between, Condition, Numbered, OneOf, Test, Word, test_of
from planner.filter_keys import KEYS, meant_key
from planner.filter_terms import NUMBER, WORD, Written, read_terms
from planner.filter_values import Vocabulary, Wrong, fold

Details = Mapping[str, CardDetail]
"""What a filter looks into, by card id."""

LONGEST_NUMBER = 18
"""Digits of a number that a card may have."""


class Mistake(NamedTuple):
    """Something in a filter that is left out of it, and why.

    ``unfinished`` when more typing at ``end`` may mend it.
    """

    reason: str
    start: int
    end: int
    unfinished: bool = False


class CardFilter:
    """What a card must meet to be shown, read once from what was typed.

    A term that can't be understood is left out and told as a mistake; the rest holds.
    """

    def __init__(self, query: str, vocabulary: Vocabulary | None = None) -> None:
        """Look for ``query``.

        Args:
            query: What was typed.
            vocabulary: The project's own words, and the time that ages count from.
        """
        self.query = query
        self.mistakes: list[Mistake] = []
        conditions: list[Condition] = []
        self._activities: list[OneOf] = []
        self._workflows: list[OneOf] = []
        for written in read_terms(query):
            condition = self._condition(written, vocabulary or Vocabulary())
            if isinstance(condition, OneOf) and condition.key == "activity":
                self._activities.append(condition)
            elif isinstance(condition, OneOf) and condition.key == "workflow":
                self._workflows.append(condition)
            elif condition is not None and condition not in conditions:
                conditions.append(condition)
        self._conditions = conditions

    @property
    def is_empty(self) -> bool:
        """Whether it lets every card through."""
        return not (self._conditions or self._activities or self._workflows)

    @property
    def awaits_details(self) -> bool:
        """Whether something in it can't be told before the details are there."""
        return any(condition.needs_details for condition in self._conditions)

    def same_as(self, other: CardFilter) -> bool:
        """Say whether it asks for the same as another."""
        return self._asked == other._asked

    def narrows(self, other: CardFilter) -> bool:
        """Say whether it surely lets through only what another does."""
        return all(any(new.narrows(old) for new in self._asked) for old in other._asked)

    def tests(self, *, with_details: bool = True) -> list[Test]:
        """Return what a card is tested with, whatever activity it is in.

        Without details, what can't be told yet is let be.
        """
        known = [c for c in self._conditions if with_details or not c.needs_details]
        return [test_of(condition) for condition in known]

    def admits(self, lane: Lane, column: Column) -> bool:
        """Say whether the cards of an activity may be shown at all."""
        return all((lane.id in one.things) is not one.negated for one in self._workflows) and all(
            (column.id in one.things) is not one.negated for one in self._activities
        )

    def tester(self, details: Details | None = None) -> Callable[[CardFace], bool]:
        """Return what says whether a card is let through, in an activity that is."""
        tests = self.tests(with_details=details is not None)

        def matches(card: CardFace) -> bool:
            detail = detail_of(card, details)
            return all(test(card, detail) for test in tests)

        return matches

    def matches(self, card: CardFace, details: Details | None = None) -> bool:
        """Say whether a card is let through, in an activity that is."""
        return self.tester(details)(card)

    @property
    def _asked(self) -> list[Condition]:
        return [*self._conditions, *self._activities, *self._workflows]

    def _condition(self, written: Written, vocabulary: Vocabulary) -> Condition | None:
        term = written.term
        if term.key == WORD:
            word = fold(term.values[0])
            number = int(word) if _is_number(word) else None
            return Word(word, number, term.negated)
        if term.key == NUMBER:
            found = frozenset(int(digits) for digits in term.values if _is_number(digits))
            return Numbered(found, term.negated)
        key = KEYS.get(term.key)
        if key is None:
            reason = f"there is no “{term.key}:”; did you mean {meant_key(term.key)}:?"
            self.mistakes.append(Mistake(reason, written.start, written.end))
            return None
        things: list[object] = []
        for value in written.values:
            if not value.text:
                continue
            try:
                things += key.values.read(value.text, vocabulary)
            except Wrong as wrong:
                self.mistakes.append(
                    Mistake(wrong.reason, value.start, value.end, wrong.unfinished)
                )
        if not any(value.text for value in written.values):
            reason = f"“{key.name}:” says nothing yet, such as {key.example}"
            self.mistakes.append(Mistake(reason, written.start, written.end, unfinished=True))
        if not things:
            return None
        if key.values.spans:
            return Between(key.name, tuple(dict.fromkeys(things)), term.negated)  # type: ignore[arg-type]
        return OneOf(key.name, frozenset(things), term.negated)


def detail_of(card: CardFace, details: Details | None) -> CardDetail:
    """Return what is known of a card: its title at least."""
    found = details.get(card.id) if details is not None else None
    return found or msgspec.structs.replace(NOTHING, text=fold(card.title))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


class _Narrowed(NamedTuple):
    source: Column
    result: Column


class Narrower:
    """Narrows one board after another, starting from what it left the last time.

    An activity that is the same object as before is looked through again only where the
    filter asks for something else, and then only what is left of it where the filter asks
    for more.
    """

    def __init__(self) -> None:
        """Start with nothing narrowed."""
        self.details: Details | None = None
        self._filter: CardFilter | None = None
        self._columns: dict[str, _Narrowed] = {}
        self._lanes: dict[str, tuple[Lane, Lane]] = {}

    def forget(self) -> None:
        """Look through every card the next time: what is known of them has changed."""
        self._filter, self._columns, self._lanes = None, {}, {}

    def narrow(self, lanes: Sequence[Lane], by: CardFilter) -> tuple[Lane, ...]:
        """Return the lanes with the cards that match; lanes without any are left out.

        Args:
            lanes: A board's lanes.
            by: What the cards must meet.
        """
        same = self._filter is not None and by.same_as(self._filter)
        narrower = self._filter is not None and by.narrows(self._filter)
        if not narrower:
            self._columns = {}
        if not same:
            self._lanes = {}
        tests = by.tests(with_details=self.details is not None)
        columns: dict[str, _Narrowed] = {}
        seen: dict[str, tuple[Lane, Lane]] = {}
        narrowed: list[Lane] = []
        for lane in lanes:
            before = self._lanes.get(lane.id)
            if before is not None and before[0] is lane:
                result = before[1]
                for column in lane.columns:
                    columns[column.id] = self._columns[column.id]
            else:
                for column in lane.columns:
                    columns[column.id] = self._column(lane, column, by, tests, same=same)
                left = tuple(columns[column.id].result for column in lane.columns)
                result = msgspec.structs.replace(lane, columns=left)
            seen[lane.id] = (lane, result)
            if any(column.cards for column in result.columns):
                narrowed.append(result)
        self._filter, self._columns, self._lanes = by, columns, seen
        return tuple(narrowed)

    def _column(
        self, lane: Lane, column: Column, by: CardFilter, tests: list[Test], *, same: bool
    ) -> _Narrowed:
        before = self._columns.get(column.id)
        cards = column.cards
        if before is not None and before.source is column:
            if same:
                return before
            cards = before.result.cards
        if not by.admits(lane, column):
            cards = ()
        elif tests:
            cards = self._matching(cards, tests)
        if before is not None and before.source is column and cards == before.result.cards:
            return before
        result = msgspec.structs.replace(column, cards=cards, hidden=column.size - len(cards))
        return _Narrowed(column, result)

    def _matching(self, cards: tuple[CardFace, ...], tests: list[Test]) -> tuple[CardFace, ...]:
        details = self.details
        if details is None:
            known = [(card, detail_of(card, None)) for card in cards]
        else:
            get = details.get
            known = [(card, get(card.id) or detail_of(card, None)) for card in cards]
        for test in tests:
            known = [(card, detail) for card, detail in known if test(card, detail)]
        return tuple([card for card, _ in known])


def narrow(
    lanes: Sequence[Lane], by: CardFilter, details: Details | None = None
) -> tuple[Lane, ...]:
    """Return the lanes with the cards that match, from scratch."""
    narrower = Narrower()
    narrower.details = details
    return narrower.narrow(lanes, by)

"""Many at once: one batch, and one sentence that says what it did."""

from typing import Any

import msgspec
import pytest

from planner.board import CardFace
from planner.many import Change, delete, finalize, step_priority, step_status
from planner.requests import DeleteCard, FinalizeCard, UnfinalizeCard, UpdateCard, given
from store.records import CardStatus


def cards(*values: dict[str, Any]) -> list[CardFace]:
    plain = CardFace("", None, "Title", "todo", 0, None, None, 0, 0, 0)
    return [
        msgspec.structs.replace(plain, id=f"c{n}", number=n, **each)
        for n, each in enumerate(values, 1)
    ]


def changes(change: Change) -> dict[str, Any]:
    """Return what is set to what, by card."""
    found = {}
    for action in change.actions:
        assert isinstance(action, UpdateCard)
        [found[action.target_ref.card_id]] = given(action.payload).values()
    return found


def lacking(card: CardFace) -> list[str]:
    return [f"no sense in {card.id}"]


def test_all_take_the_status_after_the_leading_cards() -> None:
    some = cards({"status": "production"}, {"status": "active"}, {"status": "questions"})
    change = step_status(some, "c2", 1)
    assert changes(change) == {"c1": CardStatus.QUESTIONS, "c2": CardStatus.QUESTIONS}
    assert change.note == "3 cards: status questions"
    assert set(changes(step_status(some, "elsewhere", 1)).values()) == {CardStatus.TODO}
    assert set(changes(step_status(some, None, -1)).values()) == {CardStatus.REVIEW}
    assert step_status(some[1:2], None, -1) == (
        step_status(some[1:2], "c2", -1).actions,
        "#2 is now todo",
    )


def test_each_is_more_or_less_urgent_by_a_step() -> None:
    some = cards({"priority": 0}, {"priority": 4}, {"priority": 3})
    assert changes(step_priority(some, 1)) == {"c1": 1, "c3": 4}
    assert step_priority(some, 1).note == "3 cards: more urgent"
    assert changes(step_priority(some, -1)) == {"c2": 3, "c3": 2}
    assert step_priority(some, -1).note == "3 cards: less urgent"
    assert step_priority(some[1:], 1).note == "2 cards: priority urgent"
    assert step_priority(some[:1], 1).note == "#1 is now priority low"
    assert step_priority(some[:1], -1).actions == []


def test_delete() -> None:
    change = delete(cards({}, {}))
    assert [type(action) for action in change.actions] == [DeleteCard] * 2
    assert change.note == "Deleted 2 cards"


READY = {"approved_requirements": 1}
DONE = {**READY, "finalized_at": "2026-01-31T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("some", "done", "refused", "note"),
    [
        ([READY, READY], ["c1", "c2"], [], "Finalized 2 cards"),
        ([READY, DONE], ["c1"], [], "Finalized card #1"),
        ([READY, {}], ["c1"], ["c2"], "Finalized card #1. Not ready: #2 no sense in c2"),
        ([{}, {}], [], ["c1", "c2"], "None is ready to be finalized. Not ready: #1"),
        ([DONE, {}], [], ["c2"], "None is ready to be finalized. Not ready: #2"),
        ([{}] * 5, [], ["c1", "c2", "c3", "c4", "c5"], "#3 no sense in c3; and 2 more"),
        ([{}], [], ["c1"], "Card #1 can't be finalized yet: no sense in c1"),
    ],
)
def test_the_ready_are_finalized_and_the_others_told_of(
    some: list[dict[str, Any]], done: list[str], refused: list[str], note: str
) -> None:
    change, left = finalize(cards(*some), lacking)
    assert [card.id for card in left] == refused
    assert change.note is not None
    assert note in change.note
    for action, card_id in zip(change.actions, done, strict=True):
        assert isinstance(action, FinalizeCard)
        assert action.target_ref.card_id == card_id


def test_where_all_are_finalized_the_marks_are_taken_away() -> None:
    change, refused = finalize(cards(DONE, DONE), lacking)
    assert [type(action) for action in change.actions] == [UnfinalizeCard] * 2
    assert change.note == "2 cards: no longer finalized"
    assert refused == []

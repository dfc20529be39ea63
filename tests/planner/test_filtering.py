"""Filtering: which cards hold every word that was typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.board import CardFace, Column, Lane, read_board
from planner.filtering import CardFilter
from store.adapter import DbAdapter
from tests.planner.plans import Plan, in_activity, opened


def card(title: str, number: int | None = 42, card_id: str = "c") -> CardFace:
    return CardFace(card_id, number, title, "todo", 0, None, None, 0, 0, 0)


@pytest.mark.parametrize(
    ("query", "title", "description", "found"),
    [
        ("", "Sign in", None, True),
        ("   ", "Sign in", None, True),
        ("sign", "Sign in", None, True),
        ("SIGN", "sign in", None, True),
        ("in sign", "Sign in", None, True),
        ("sign out", "Sign in", None, False),
        ("sign link", "Sign in", "By a link in a mail.", True),
        ("mail", "Sign in", "By a link in a MAIL.", True),
        ("straße", "STRASSE", None, True),
        ("東京", "旅行 東京 へ", None, True),
        ("#42", "Sign in", None, True),
        ("42", "Sign in", None, True),
        ("4", "Sign in", None, False),
        ("#4", "Sign in", None, False),
        ("#42 sign", "Sign in", None, True),
        ("#42 out", "Sign in", None, False),
        ("#", "Sign in", None, True),
        ("c#", "Sign in with C#", None, True),
        ("[red]", "Show [red] as it is", None, True),
        (".*", "Sign in", None, False),
    ],
)
def test_a_card_matches_when_it_holds_every_word(
    query: str, title: str, description: str | None, found: bool
) -> None:
    texts = {} if description is None else {"c": description.casefold()}
    assert CardFilter(query, texts).matches(card(title)) is found


def test_a_card_without_a_number_is_not_found_by_one() -> None:
    assert not CardFilter("#42", {}).matches(card("Sign in", None))
    assert not CardFilter("#none", {}).matches(card("Sign in", None))


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def test_narrowing_keeps_columns_and_says_how_many_cards_it_hides(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    plan.act("createActivity", {"workflow_id": "w1"}, id="bare", title="Bare", color="pink")
    lanes = read_board(db, plan.project).lanes

    (lane,) = CardFilter("1.1.2", {}).narrow(lanes)
    assert lane.id == "w1"
    assert [column.id for column in lane.columns] == ["w1a1", "w1a2", "bare"]
    assert [card.id for card in lane.columns[0].cards] == ["w1a1c2"]
    assert [(c.size, c.hidden, c.shown) for c in lane.columns] == [(3, 2, 1), (3, 3, 0), (0, 0, 0)]
    assert lane.columns[2].color == "pink"


def test_lanes_without_a_match_are_left_out(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    lanes = read_board(db, plan.project).lanes
    assert CardFilter("nothing like it", {}).narrow(lanes) == ()
    assert CardFilter("card", {}).narrow(lanes) == lanes


def test_descriptions_come_from_the_batch_read(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    plan.act("createCard", in_activity("w1a1"), id="n", title="Plain", description="A Lighthouse.")
    texts = {row[0]: row[1].casefold() for row in db.card_texts(plan.project_id) if row[1]}
    (lane,) = CardFilter("lighthouse", texts).narrow(read_board(db, plan.project).lanes)
    assert [card.id for card in lane.columns[0].cards] == ["n"]


words = st.text("abcß#1 ", max_size=6)


@given(st.lists(words, max_size=6), words, words)
def test_a_longer_query_narrows_what_a_shorter_one_left(
    titles: list[str], query: str, more: str
) -> None:
    faces = tuple(card(title, n, f"c{n}") for n, title in enumerate(titles))
    lanes = (Lane("w", "W", None, (Column("a", "A", None, len(faces), faces),)),)
    short, both = CardFilter(query, {}), CardFilter(f"{query} {more}", {})
    assert both.narrow(short.narrow(lanes)) == both.narrow(lanes)
    shown = [c for lane in short.narrow(lanes) for c in lane.columns[0].cards]
    assert shown == [face for face in faces if short.matches(face)]

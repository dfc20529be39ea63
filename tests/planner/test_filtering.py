"""Filtering: which cards meet all that was typed, and that narrowing finds the same ones."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.board import CardFace, Column, Lane, read_board
from planner.card_details import CardDetail, read_details, read_some_details
from planner.filter_values import Vocabulary, fold
from planner.filtering import CardFilter, Narrower, narrow
from store.adapter import DbAdapter
from tests.planner.plans import Plan, in_activity, on, opened

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
WORDS = Vocabulary(
    (("a1", "Sign in"), ("a2", "Sign out"), ("a3", "Pay"), ("a4", "Pay later")),
    (("w1", "Enter"), ("w2", "Buy")),
    NOW,
    UTC,
)


def card(
    title: str = "Sign in", number: int | None = 42, card_id: str = "c", **values: Any
) -> CardFace:
    face = CardFace(card_id, number, title, "todo", 0, None, None, 0, 0, 0)
    return msgspec.structs.replace(face, **values)


def detail(text: str, *held: str, created: str = "", updated: str = "") -> CardDetail:
    return CardDetail(fold(text), frozenset(held), created, updated)


@pytest.mark.parametrize(
    ("query", "title", "description", "found"),
    [
        ("", "Sign in", None, True),
        ("   ", "Sign in", None, True),
        ("sign", "Sign in", None, True),
        ("SIGN", "sign in", None, True),
        ("in sign", "Sign in", None, True),
        ('"in sign"', "Sign in", None, False),
        ('"gn i"', "Sign in", None, True),
        ("sign out", "Sign in", None, False),
        ("sign -out", "Sign in", None, True),
        ("-sign", "Sign in", None, False),
        ("sign link", "Sign in", "By a link in a mail.", True),
        ("sign -link", "Sign in", "By a link in a mail.", False),
        ("mail", "Sign in", "By a link in a MAIL.", True),
        ("uber", "Sign in", "Über den Wolken", True),
        ('"in by"', "Sign in", "By a link in a mail.", False),
        ("straße", "STRASSE", None, True),
        ("東京", "旅行 東京 へ", None, True),
        ("#42", "Sign in", None, True),
        ("#41,42", "Sign in", None, True),
        ("-#42", "Sign in", None, False),
        ("42", "Sign in", None, True),
        ("-42", "Sign in", None, False),
        ("4", "Sign in", None, False),
        ("#4", "Sign in", None, False),
        ("#42 sign", "Sign in", None, True),
        ("#42 out", "Sign in", None, False),
        ("#", "Sign in", None, True),
        ("-", "Sign in", None, True),
        ("status:", "Sign in", None, True),
        ("c#", "Sign in with C#", None, True),
        ("[red]", "Show [red] as it is", None, True),
        (".*", "Sign in", None, False),
        ("#" + "9" * 5000, "Sign in", None, False),
        ("9" * 5000, "Sign in", None, False),
    ],
)
def test_a_card_matches_when_it_meets_every_term(
    query: str, title: str, description: str | None, found: bool
) -> None:
    details = {"c": detail(f"{title}\n{description}")} if description else None
    assert CardFilter(query).matches(card(title), details) is found


def test_a_card_without_a_number_is_not_found_by_one() -> None:
    assert not CardFilter("#42").matches(card(number=None))
    assert not CardFilter("42").matches(card(number=None))
    assert CardFilter("-sign").matches(card("Pay", None))


@pytest.mark.parametrize(
    ("query", "values", "found"),
    [
        ("status:todo", {}, True),
        ("status:active", {}, False),
        ("status:active,TODO", {}, True),
        ("-status:todo", {}, False),
        ("-status:active,review", {}, True),
        ("status:p", {"status": "production"}, True),
        ("status:review priority:>=3", {"status": "review", "priority": 3}, True),
        ("status:review priority:>=3", {"status": "review", "priority": 2}, False),
        ("priority:high", {"priority": 3}, True),
        ("priority:h", {"priority": 3}, True),
        ("priority:<medium", {"priority": 1}, True),
        ("priority:<=2", {"priority": 2}, True),
        ("priority:>2", {"priority": 2}, False),
        ("priority:=2", {"priority": 2}, True),
        ("priority:>high", {"priority": 9}, True),
        ("priority:none,urgent", {"priority": 4}, True),
        ("-priority:none,urgent", {"priority": 4}, False),
        ("ready:yes", {"approved_requirements": 1}, True),
        ("ready:yes", {"approved_requirements": 1, "undecided": 1}, False),
        ("ready:no", {}, True),
        ("finalized:yes", {"finalized_at": "2026-01-31T00:00:00.000Z"}, True),
        ("finalized:yes", {}, False),
        ("finalized:no", {}, True),
        ("build:failed", {"build_state": "failed"}, True),
        ("build:failed", {}, False),
        ("build:none", {}, True),
        ("-build:none", {"build_state": "queued"}, True),
        ("has:questions", {"questions": 2}, True),
        ("has:questions", {}, False),
        ("has:files,requirements", {"planned_files": 1}, True),
        ("-has:files", {"planned_files": 1}, False),
    ],
)
def test_keys_look_at_what_the_map_shows(query: str, values: dict[str, Any], found: bool) -> None:
    assert CardFilter(query, WORDS).matches(card(**values), {}) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("waits:answers", True),
        ("waits:ans,approval", True),
        ("waits:decision", False),
        ("-waits:approval", True),
        ("has:facts", True),
        ("has:artifacts", False),
        ("-has:artifacts", True),
        ("has:artifacts,description", True),
        ("-has:artifacts,description", False),
        ("updated:<7d", True),
        ("updated:7d", True),
        ("updated:<1h", False),
        ("updated:>7d", False),
        ("-updated:<7d", False),
        ("updated:today", False),
        ("updated:yesterday", True),
        ("updated:2026-01-30", True),
        ("updated:2026-01-29", False),
        ("updated:<2026-01-30", False),
        ("updated:<=2026-01-30", True),
        ("updated:>2026-01-29", True),
        ("updated:2026-01", True),
        ("created:2026-01", False),
        ("created:2025", True),
        ("created:>1y", False),
        ("created:<1y", True),
        ("created:<99999y", True),
        ("created:>2025-02", True),
        ("created:>2025-03", False),
        ("created:<2025-03-02", True),
        ("created:<2025-03-01", False),
    ],
)
def test_keys_look_at_what_was_read_of_a_card(query: str, found: bool) -> None:
    known = detail(
        "x",
        "facts",
        "description",
        created="2025-03-01T00:00:00.000Z",
        updated="2026-01-30T23:30:00.000Z",
    )
    known = msgspec.structs.replace(known, waits_for="answers")
    assert CardFilter(query, WORDS).matches(card(), {"c": known}) is found


def test_a_date_is_one_where_the_person_is() -> None:
    east = dataclasses.replace(WORDS, zone=timezone(timedelta(hours=2)))
    known = {"c": detail("x", updated="2026-01-30T22:30:00.000Z")}
    assert CardFilter("updated:2026-01-30", WORDS).matches(card(), known)
    assert not CardFilter("updated:2026-01-30", east).matches(card(), known)
    assert CardFilter("updated:today", east).matches(card(), known)


def test_what_was_not_read_yet_is_let_be() -> None:
    for query in (
        "has:facts",
        "waits:answers",
        "-has:facts",
        "updated:<1h",
        "has:description,files",
    ):
        assert CardFilter(query, WORDS).matches(card(), None), query
    assert not CardFilter("has:files", WORDS).matches(card(), None)
    # A card that is newer than what was read has nothing.
    assert not CardFilter("has:facts", WORDS).matches(card(), {})


def shown(query: str) -> set[str]:
    """Return the activities that a filter lets through."""
    lanes = [
        Lane(
            "w1",
            "Enter",
            None,
            (Column("a1", "Sign in", None, 1), Column("a2", "Sign out", None, 1)),
        ),
        Lane("w2", "Buy", None, (Column("a3", "Pay", None, 1), Column("a4", "Pay later", None, 1))),
    ]
    by = CardFilter(query, WORDS)
    return {column.id for lane in lanes for column in lane.columns if by.admits(lane, column)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("activity:sign", {"a1", "a2"}),
        ('activity:"SIGN IN"', {"a1"}),
        ("activity:pay", {"a3"}),
        ("activity:pa", {"a3", "a4"}),
        ("activity:later,in", {"a1", "a4"}),
        ("-activity:pay", {"a1", "a2", "a4"}),
        ("workflow:buy", {"a3", "a4"}),
        ("workflow:e activity:out", {"a2"}),
        ("workflow:buy activity:sign", set()),
        ("-workflow:buy -activity:out", {"a1"}),
        ("activity:nowhere", {"a1", "a2", "a3", "a4"}),
    ],
)
def test_activities_and_workflows_are_found_by_title(query: str, found: set[str]) -> None:
    assert shown(query) == found


@pytest.mark.parametrize(
    ("query", "reason", "rest"),
    [
        ("status:revew sign", "there is no status “revew”; did you mean review?", True),
        ("status:xyz", "there is no status “xyz”: it is one of todo, active, questions", True),
        ("status:todo,xyz", "there is no status “xyz”", True),
        ("status:active,xyz", "there is no status “xyz”", False),
        ("statsu:todo", "there is no “statsu:”; did you mean status:?", True),
        ("priority:>=hgih", "there is no priority “hgih”; did you mean high?", True),
        ("priority:12", "there is no priority “12”", True),
        ("finalized:maybe", "the answer is not “maybe”: it is one of yes, no", True),
        ("has:question,filez", "a card holds no “filez”; did you mean files?", False),
        ("activity:Sgn", "there is no activity “Sgn”", True),
        ('activity:"Pay latr"', "did you mean “Pay later”?", True),
        ("workflow:zzz", "no workflow of this project is called “zzz”", True),
        ("updated:soon", "“soon” is no time: such as <7d (h, d, w, m or y), 2026-01-31", True),
        ("updated:2026-02-30", "there is no day “2026-02-30”", True),
        ("created:1066", "“1066” is no date: years from 1900 to 2199 will do", True),
        ("build:flaied", "there is no build state “flaied”; did you mean failed?", True),
    ],
)
def test_a_mistake_is_explained_and_the_rest_holds(query: str, reason: str, rest: bool) -> None:
    by = CardFilter(query, WORDS)
    [mistake] = by.mistakes
    assert reason in mistake.reason
    assert not mistake.unfinished
    assert by.matches(card(), {}) is rest


@pytest.mark.parametrize(
    "query",
    [
        *("status:", "sign -has:", "priority:>", "priority:>=", "activity:", 'activity:"'),
        *("updated:<", "updated:<7", "updated:2026-", "updated:2026-0", "updated:20", "created:to"),
    ],
)
def test_what_is_half_typed_is_no_mistake_yet(query: str) -> None:
    by = CardFilter(query, WORDS)
    [mistake] = by.mistakes
    assert mistake.unfinished
    assert mistake.end == len(query)
    assert by.matches(card(), {})


def test_a_filter_that_asks_for_nothing_is_empty() -> None:
    for query in ("", " ", "-", "#", "status:", "status:xyz", "statsu:todo", '"'):
        assert CardFilter(query, WORDS).is_empty, query
    for query in ("a", "#1", "-x", "status:todo", "activity:pay"):
        assert not CardFilter(query, WORDS).is_empty, query


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def test_narrowing_keeps_columns_and_says_how_many_cards_it_hides(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    plan.act("createActivity", {"workflow_id": "w1"}, id="bare", title="Bare", color="pink")
    lanes = read_board(db, plan.project).lanes

    (lane,) = narrow(lanes, CardFilter("1.1.2"))
    assert lane.id == "w1"
    assert [column.id for column in lane.columns] == ["w1a1", "w1a2", "bare"]
    assert [card.id for card in lane.columns[0].cards] == ["w1a1c2"]
    assert [(c.size, c.hidden, c.shown) for c in lane.columns] == [(3, 2, 1), (3, 3, 0), (0, 0, 0)]
    assert lane.columns[2].color == "pink"


def test_lanes_without_a_match_are_left_out(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    lanes = read_board(db, plan.project).lanes
    assert narrow(lanes, CardFilter("nothing like it")) == ()
    assert narrow(lanes, CardFilter("card")) == lanes


def test_details_are_read_all_at_once_or_for_some_cards(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    plan.act("createCard", in_activity("w1a1"), id="n", title="Plain", description="A Lighthouse.")
    board = read_board(db, plan.project)
    details = read_details(db, board)
    assert details.keys() == {
        c.id for lane in board.lanes for col in lane.columns for c in col.cards
    }
    (lane,) = narrow(board.lanes, CardFilter("lighthouse"), details)
    assert [card.id for card in lane.columns[0].cards] == ["n"]

    plan.act("updateCard", on("w2a2c1"), quick_answer="By night.")
    plan.act("upsertCardKnowledgeItem", on("w2a2c1"), kind="assumption", text="Dark")
    plan.act("deleteCard", on("n"))
    some = read_some_details(db, ["n", "w2a2c1"])
    assert some["n"] is None
    assert some["w2a2c1"] is not None
    assert some["w2a2c1"].text == "card 2.2.1\nby night."
    assert some["w2a2c1"].held == {"assumptions"}
    assert some["w2a2c1"].updated_at > some["w2a2c1"].created_at
    assert some == {"n": None, "w2a2c1": read_details(db, read_board(db, plan.project))["w2a2c1"]}


# Narrowing from what an earlier query left

TERMS = (
    *("s", "si", "sig", "-s", "-si", "4", "42", "-4", '"n i"', "zz"),
    *(
        "#4",
        "-#4",
        "#4,42",
        "status:",
        "status:t",
        "status:todo",
        "-status:t",
        "status:todo,active",
    ),
    *("status:xyz", "priority:>1", "priority:2", "-priority:>1", "activity:", "activity:s"),
    *("activity:sign", 'activity:"sign in"', "-activity:pay", "workflow:e", "has:q", "has:facts"),
    *("-has:facts", "finalized:n", "build:none"),
)
queries = st.lists(st.sampled_from(TERMS), max_size=3).map(" ".join)
faces = st.builds(
    card,
    st.sampled_from(["Sign in", "sIgn out 4", "Pay 42", ""]),
    st.sampled_from([None, 4, 42]),
    status=st.sampled_from(["todo", "active"]),
    priority=st.integers(0, 3),
    questions=st.integers(0, 1),
)


@st.composite
def boards(draw: st.DrawFn) -> tuple[Lane, ...]:
    lanes = []
    for lane_id, titles in (("w1", WORDS.activities[:2]), ("w2", WORDS.activities[2:])):
        columns = []
        for column_id, title in titles:
            held = draw(st.lists(faces, max_size=3))
            cards = tuple(
                msgspec.structs.replace(face, id=f"{column_id}c{n}") for n, face in enumerate(held)
            )
            columns.append(Column(column_id, title, None, len(cards), cards))
        lanes.append(Lane(lane_id, dict(WORDS.workflows)[lane_id], None, tuple(columns)))
    return tuple(lanes)


@given(st.lists(st.tuples(boards() | st.none(), queries, st.booleans()), min_size=1, max_size=8))
def test_narrowing_what_is_left_finds_what_narrowing_all_of_it_does(
    steps: list[tuple[tuple[Lane, ...] | None, str, bool]],
) -> None:
    narrower = Narrower()
    details = {f"a1c{n}": detail("Sign in zz", "facts") for n in range(2)}
    lanes: tuple[Lane, ...] = ()
    for board, query, known in steps:
        if board is not None:
            # Some activities are the same objects as before, as they are after a change.
            lanes = tuple(
                msgspec.structs.replace(
                    new, columns=(old.columns[0], *new.columns[1:]) if old else new.columns
                )
                for new, old in zip(board, lanes or (None, None), strict=True)
            )
        now = details if known else None
        if now is not narrower.details:
            narrower.details = now
            narrower.forget()
        by = CardFilter(query, WORDS)
        assert narrower.narrow(lanes, by) == narrow(lanes, by, now)


@given(queries, queries, boards())
def test_a_filter_said_to_narrow_another_does(
    one: str, other: str, lanes: tuple[Lane, ...]
) -> None:
    left, right = CardFilter(one, WORDS), CardFilter(other, WORDS)
    both = CardFilter(f"{one} {other}", WORDS)
    assert both.narrows(left)
    for narrower, wider in ((left, right), (right, left), (both, right)):
        if narrower.narrows(wider):
            assert set(_ids(narrow(lanes, narrower, {}))) <= set(_ids(narrow(lanes, wider, {})))


def _ids(lanes: tuple[Lane, ...]) -> list[str]:
    return [card.id for lane in lanes for column in lane.columns for card in column.cards]


def test_typing_on_looks_only_at_what_is_left() -> None:
    for shorter, longer in (
        ("s", "si"),
        ("sign", "sign 42"),
        ("status:", "status:t"),
        ("status:t", "status:todo"),
        ("activity:si", "activity:sign"),
        ("-signal", "-sign"),
        ("priority:>=3", "priority:>=3 x"),
        ("updated:<7d", "updated:<7d x"),
    ):
        assert CardFilter(longer, WORDS).narrows(CardFilter(shorter, WORDS)), longer
    for shorter, longer in (("4", "42"), ("#4", "#42"), ("-s", "-si"), ("sign", "status:todo")):
        assert not CardFilter(longer, WORDS).narrows(CardFilter(shorter, WORDS)), longer


@given(st.text(max_size=20) | queries, st.none() | st.just(WORDS))
def test_no_text_breaks_the_filter(query: str, words: Vocabulary | None) -> None:
    by = CardFilter(query, words)
    by.matches(card(), {})
    for mistake in by.mistakes:
        assert 0 <= mistake.start < mistake.end <= len(query)
        assert mistake.reason

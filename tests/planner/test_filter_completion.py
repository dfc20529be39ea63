"""Completing a filter: what may follow, and that what is taken can be understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.filter_completion import begins_a_key, completions, hint
from planner.filter_keys import KEYS
from planner.filtering import CardFilter
from store.records import PRIORITIES, CardStatus
from tests.planner.test_filtering import TERMS, WORDS


def offered(line: str, cursor: int | None = None) -> list[str]:
    return [c.shown for c in completions(line, len(line) if cursor is None else cursor, WORDS)]


def taken(line: str, cursor: int | None = None) -> str:
    """Return the line once the first completion is taken."""
    at = len(line) if cursor is None else cursor
    return completions(line, at, WORDS)[0].taken(line)[0]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("", []),
        ("sign ", []),
        ("st", ["status:"]),
        ("b", ["build:"]),
        ("-ST", ["status:"]),
        ("zebra", []),
        ("#4", []),
        ('"st', []),
        ("status:", [*CardStatus]),
        ("status:R", ["review"]),
        ("status:view", ["review"]),
        ("status:todo", []),
        ("status:todo,", ["active", "questions", "review", "production"]),
        ("-status:p", ["production"]),
        ("status:xyz", []),
        ("statsu:t", []),
        ("priority:", [*PRIORITIES]),
        ("priority:>=", [f">={word}" for word in PRIORITIES]),
        ("priority:>=h", [">=high"]),
        ("activity:", ["Sign in", "Sign out", "Pay", "Pay later"]),
        ("activity:s", ["Sign in", "Sign out"]),
        ("activity:pay", ["Pay later"]),
        ('activity:"sign ', ["Sign in", "Sign out"]),
        ("activity:out", ["Sign out"]),
        ("workflow:", ["Enter", "Buy"]),
        ("re", ["ready:"]),
        ("ready:", ["yes", "no"]),
        ("updated:", ["today", "yesterday", "<7d", "<4w", ">4w"]),
        ("updated:<", ["<1d", "<7d", "<4w"]),
        ("updated:<=7", ["<=7d", "<=7h", "<=7w", "<=7m", "<=7y"]),
        ("updated:2026", []),
    ],
)
def test_what_may_follow(line: str, offers: list[str]) -> None:
    assert offered(line) == offers


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("st", "status:"),
        ("-ST", "-status:"),
        ("sign st", "sign status:"),
        ("status:R", "status:review"),
        ("status:todo,act", "status:todo,active"),
        ("activity:si", 'activity:"Sign in"'),
        ("activity:later", 'activity:"Pay later"'),
        ('activity:"sign o', 'activity:"Sign out"'),
        ("priority:>=h", "priority:>=high"),
    ],
)
def test_what_is_taken(line: str, whole: str) -> None:
    assert taken(line) == whole


def test_completing_works_before_a_blank_and_not_within_a_word() -> None:
    assert taken("status:r sign", len("status:r")) == "status:review sign"
    assert taken("status:r,todo", len("status:r")) == "status:review,todo"
    assert offered("status:re", len("status:r")) == []
    assert offered("status:r x", len("status:r ")) == []


def test_what_is_shown_faintly_is_what_is_added() -> None:
    [status] = completions("ST", 2, WORDS)
    assert status.rest == "atus:"
    sign_in, _ = completions("activity:si", 11, WORDS)
    assert sign_in.rest == "gn in"
    [later] = completions("activity:later", 14, WORDS)
    assert later.rest == ""


def test_the_hint_tells_the_key_that_is_typed_and_all_of_them_otherwise() -> None:
    assert hint("status:t", 8).startswith("status: todo, active, ")
    for name in KEYS:
        assert f"{name}:" in hint("", 0)


@pytest.mark.parametrize(
    ("line", "start"),
    [("statu", 0), ("sign -prio", 5), ("status:", None), ("zebra", None), ("", None), ("a ", None)],
)
def test_a_word_on_its_way_to_a_key(line: str, start: int | None) -> None:
    assert begins_a_key(line) == start


@given(
    st.lists(st.sampled_from([*TERMS, "act", "-st", "activity:Sgn", 'activity:"']), max_size=3),
    st.text('st:,"-#>=2d ', max_size=5),
    st.integers(0, 40),
)
def test_what_is_completed_can_be_understood(terms: list[str], more: str, cursor: int) -> None:
    line = " ".join(terms) + more
    cursor = min(cursor, len(line))
    before = {mistake.reason for mistake in CardFilter(line, WORDS).mistakes}
    for completion in completions(line, cursor, WORDS):
        assert completion.end == cursor
        assert completion.shown
        whole, at = completion.taken(line)
        assert whole[at:] == line[cursor:]
        new = [m for m in CardFilter(whole, WORDS).mistakes if m.reason not in before]
        assert all(mistake.unfinished for mistake in new)


@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_every_example_works(key: object) -> None:
    example = KEYS[key.name].example  # type: ignore[attr-defined]
    by = CardFilter(example.replace("save", "buy"), WORDS)
    assert not by.mistakes
    assert not by.is_empty

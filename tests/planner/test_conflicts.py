import random
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from planner.conflicts import authors, combine, deleter, merge, same
from store.records import Card, CardRequirement, CardStatus
from tests.planner.plans import Plan, on, opened, request

NOW = "2026-01-31T08:00:00.000Z"

texts = st.sampled_from([None, "", "a", "b", "c"])
titles = st.sampled_from(["a", "b", "c"])
cards = st.builds(
    Card,
    id=st.just("c"),
    workflow_activity_id=st.just("a"),
    title=titles,
    description=texts,
    quick_answer=texts,
    status=st.sampled_from([CardStatus.TODO, CardStatus.ACTIVE, CardStatus.REVIEW]),
    priority=st.integers(0, 2),
    position=st.integers(0, 2),
    created_at=st.just(NOW),
    updated_at=st.sampled_from([NOW, NOW.replace("08", "09")]),
)
FIELDS = ("title", "description", "quick_answer", "status", "priority")
values = st.fixed_dictionaries(
    {},
    optional={
        "title": titles,
        "description": texts,
        "quick_answer": texts,
        "status": st.sampled_from(list(CardStatus)[:3]),
        "priority": st.integers(0, 2),
    },
)


@given(cards, cards, values)
def test_every_field_is_yours_theirs_or_asked_about(
    base: Card, now: Card, typed: dict[str, Any]
) -> None:
    merged = merge(base, now, typed)
    asked = {clash.field: clash for clash in merged.clashes}
    theirs = {change.field: change for change in merged.theirs}
    for name in FIELDS:
        was, is_now = getattr(base, name), getattr(now, name)
        yours = typed.get(name, was)
        they_did, you_did = not same(was, is_now), not same(was, yours)
        assert (name in merged.write) == (you_did and not they_did)
        assert (name in theirs) == (they_did and not you_did)
        assert (name in asked) == (they_did and you_did and not same(yours, is_now))
        if name in asked:
            assert (asked[name].was, asked[name].now, asked[name].yours) == (was, is_now, yours)
        if name in merged.write:
            assert merged.write[name] == yours


@given(cards, cards, values)
def test_choosing_all_of_yours_gives_what_you_typed(
    base: Card, now: Card, typed: dict[str, Any]
) -> None:
    merged = merge(base, now, typed)
    written = {**merged.write, **{clash.field: clash.yours for clash in merged.clashes}}
    result = msgspec.structs.replace(now, **written)
    for name, value in typed.items():
        if not same(value, getattr(base, name)):
            assert same(getattr(result, name), value)
    for name in FIELDS:
        if same(typed.get(name, getattr(base, name)), getattr(base, name)):
            assert getattr(result, name) == getattr(now, name)


@given(cards, cards)
def test_nothing_typed_writes_nothing(base: Card, now: Card) -> None:
    merged = merge(base, now, {name: getattr(base, name) for name in FIELDS})
    assert merged.write == {}
    assert merged.clashes == ()
    assert "position" not in [change.field for change in merged.theirs]


@given(cards, values)
def test_nobody_else_about_means_no_question(base: Card, typed: dict[str, Any]) -> None:
    merged = merge(base, base, typed)
    assert (merged.clashes, merged.theirs) == ((), ())


lines = st.lists(st.sampled_from("abcdef"), max_size=6).map("\n".join)


@given(lines, lines)
def test_combining_with_what_did_not_change(was: str, other: str) -> None:
    assert combine(was, was, other) == other
    assert combine(was, other, was) == other
    assert combine(was, other, other) == other


@given(st.integers())
def test_combining_holds_what_either_added(seed: int) -> None:
    chance = random.Random(seed)
    was = [f"line {n}" for n in range(chance.randrange(8))]

    def changed(whose: str) -> list[str]:
        other = [line for line in was if chance.random() > 0.2]
        for n in range(chance.randrange(4)):
            other.insert(chance.randrange(len(other) + 1), f"{whose} {n}")
        return other

    theirs, yours = changed("theirs"), changed("yours")
    both = combine("\n".join(was), "\n".join(theirs), "\n".join(yours)).split("\n")
    for line in (*theirs, *yours):
        if line not in was:
            assert line in both
    for line in set(was) & set(theirs) & set(yours):
        assert line in both


def test_combining_changes_apart() -> None:
    was = "one\ntwo\nthree\nfour"
    assert combine(was, "ONE\ntwo\nthree\nfour", "one\ntwo\nthree\nFOUR") == (
        "ONE\ntwo\nthree\nFOUR"
    )
    assert combine(was, "one\n2\nthree\nfour", "one\nII\nthree\nfour") == (
        "one\nII\n2\nthree\nfour"
    )


def test_who_changed_and_who_deleted(tmp_path: Path) -> None:
    with opened(tmp_path / "plan.db") as db:
        plan = Plan(db)
        plan.build(workflows=1, activities=1, cards=1)
        first = db.get(Card, "w1a1c1")
        assert first is not None
        assert authors(db, plan.project_id, first, ["title"]) == {}
        ben, cleo = plan.as_actor("ben"), plan.as_actor("cleo")
        change = request("updateCard", on("w1a1c1"), title="B", status="review")
        ben.apply(plan.project_id, [change])
        same_title = request("updateCard", on("w1a1c1"), title="B", priority=2)
        cleo.apply(plan.project_id, [same_title])
        now = db.get(Card, "w1a1c1")
        assert now is not None
        found = authors(db, plan.project_id, now, ["title", "status", "priority", "description"])
        assert {name: author.actor for name, author in found.items()} == {
            "title": "ben",
            "status": "ben",
            "priority": "cleo",
        }
        assert found["title"].at < found["priority"].at

        values = {"kind": "requirement", "id": "r", "text": "Pay"}
        plan.apply(request("upsertCardKnowledgeItem", on("w1a1c1"), **values))
        item = db.get(CardRequirement, "r")
        assert item is not None
        assert deleter(db, plan.project_id, item) is None
        cleo.apply(plan.project_id, [request("deleteCard", on("w1a1c1"))])
        author = deleter(db, plan.project_id, item)  # it went with its card
        assert author is not None
        assert author.actor == "cleo"

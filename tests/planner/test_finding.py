from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.finding import KINDS, MOST_FOUND, Found, find, is_there, place_of
from tests.planner.plans import Plan, in_activity, on, opened, request


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def said(pieces: tuple[tuple[str, bool], ...]) -> str:
    """Return a text with what matches in brackets."""
    return "".join(f"[{text}]" if is_match else text for text, is_match in pieces)


def one(plan: Plan, typed: str, kind: str) -> Found:
    return next(found for found in find(plan.db, typed) if found.kind == kind)


def test_each_kind_tells_where_it_is(plan: Plan) -> None:
    card = on("w1a1c1")
    plan.act("updateCard", card, description="Send the heron a mail")
    for kind in ("requirement", "known_fact", "assumption", "question"):
        plan.act("upsertCardKnowledgeItem", card, kind=kind, id=kind, text=f"A heron, {kind}")
    plan.act(
        "upsertCardPlannedFile",
        card,
        id="f",
        logical_file_name="heron.py",
        artifact_kind="util",
        action="create",
        intent_summary="Flies.",
    )
    plan.act(
        "createContextArtifact", card, id="x", name="Birds", type="doc", content="About herons."
    )
    plan.act("updateWorkflow", {"workflow_id": "w2"}, title="Herons")
    plan.act("updateActivity", {"workflow_activity_id": "w2a1"}, title="Heron watching")
    plan.act("updateProject", description="All on herons")
    found = {one.kind: one for one in find(plan.db, "HERON")}
    assert found.keys() == KINDS.keys()
    step = ("Atlas", "Workflow 1", "Step 1")
    assert found["card"].where == step
    assert said(found["card"].title) == "#1 Card 1.1.1"
    assert said(found["card"].snippet) == "Send the [heron] a mail"
    assert found["requirement"].where == step
    assert found["requirement"].on_card == "#1 Card 1.1.1"
    assert said(found["requirement"].title) == "A [heron], requirement"
    assert found["requirement"].snippet == ()
    assert (found["workflow"].where, found["activity"].where) == (("Atlas",), ("Atlas", "Herons"))
    assert found["context_artifact"].where == ("Atlas",)
    assert found["project"].where == ()
    for kind, there in found.items():
        assert is_there(plan.db, there)
        assert there.is_held == (kind not in ("project", "workflow", "activity", "card"))
        on_map = {"workflow": "w2", "activity": "w2a1", "project": None}
        assert place_of(plan.db, there) == on_map.get(kind, "w1a1c1")
    plan.act("deleteCard", card)
    assert not is_there(plan.db, found["question"])
    assert place_of(plan.db, found["context_artifact"]) is None


def test_a_number_is_a_card(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c2"), title="About the 7 seas")
    assert [said(found.title) for found in find(plan.db, "#7")] == ["[#7] Card 2.1.1"]
    assert [said(found.title) for found in find(plan.db, " 7 ")] == [
        "[#7] Card 2.1.1",
        "#2 About the [7] seas",
    ]
    assert find(plan.db, "#99") == find(plan.db, "#") == find(plan.db, "") == []


def test_one_project_or_all(plan: Plan) -> None:
    other = Plan(plan.db, "Other")
    other.act("createWorkflow", id="o", title="Card index")
    assert {found.project_id for found in find(plan.db, "card")} == {
        plan.project_id,
        other.project_id,
    }
    assert [found.id for found in find(plan.db, "card", other.project_id)] == ["o"]
    assert find(plan.db, "#7", other.project_id) == []
    assert len(find(plan.db, "#7", plan.project_id)) == 1


def test_only_the_best_are_shown_and_long_texts_by_what_matches(plan: Plan) -> None:
    plan.apply(*(request("createCard", in_activity("w1a1"), title=f"Gull {n}") for n in range(100)))
    assert len(find(plan.db, "gull")) == MOST_FOUND
    text = f"{'word ' * 100} heron {'word ' * 100}"
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="requirement", text=text)
    found = one(plan, "heron", "requirement")
    assert said(found.title).count("[heron]") == 1
    assert len(said(found.title)) < 200
    plan.act("updateCard", on("w1a1c1"), title="[red]\x1b\nheron\x02x")
    assert "".join(text for text, _ in one(plan, "heron", "card").title)


def test_what_is_named_so_comes_before_what_holds_it(plan: Plan) -> None:
    for n in range(100):
        plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="requirement", text=f"Gull {n}")
    long = "A card about many birds, of which the gull is one, with a long description"
    plan.act("updateCard", on("w2a2c2"), title=long, description="word " * 500)
    plan.act(
        "updateCard", on("w2a2c3"), title="Mèwing gull", description="A gull mews, a gull flies"
    )
    *cards, last = find(plan.db, "GULL")
    assert {one.id for one in cards[:2]} == {"w2a2c2", "w2a2c3"}
    assert {one.kind for one in (*cards[2:], last)} == {"requirement"}
    found = next(one for one in find(plan.db, "mew gul") if one.id == "w2a2c3")
    assert said(found.title) == "#12 [Mèwing] [gull]"

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.board import read_board
from planner.overview import LACKS, Overview, read_overview
from planner.readiness import RULES
from store.records import Card
from tests.planner.plans import Plan, in_activity, on, opened, request
from tests.planner.runs.run_rows import add_run
from tui.overview_rows import overview_rows


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def overview(plan: Plan) -> Overview:
    days = ["2026-01-30", "2026-01-31"]
    board = read_board(plan.db, plan.project)
    return read_overview(
        plan.db, board, days=days, day_of=lambda moment: moment[:10], since="2026-01-30"
    )


def test_every_rule_has_words_for_what_is_lacked() -> None:
    assert len(LACKS) == len(RULES)


def test_cards_by_status_readiness_and_what_is_missing(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c1"), status="review")
    plan.act("updateCard", on("w2a1c1"), status="production")
    for card in ("w1a1c1", "w1a1c2"):
        plan.act(
            "upsertCardKnowledgeItem",
            on(card),
            kind="requirement",
            text="It works",
            status="approved",
        )
    plan.act("upsertCardKnowledgeItem", on("w1a1c2"), kind="question", id="q", text="Why?")
    plan.act("upsertCardKnowledgeItem", on("w1a1c3"), kind="assumption", text="It does")
    seen = overview(plan)
    assert seen.all.total == 12
    assert {status: count for status, count in seen.workflows[0].counts if count} == {
        "todo": 5,
        "review": 1,
    }
    assert (seen.finalized, seen.ready, seen.not_yet) == (0, 1, 11)
    assert seen.missing == (
        ("no requirement is approved", 10),
        ("a question is open", 1),
        ("an assumption is a draft", 1),
    )
    assert seen.bare == 9
    assert seen.question_count == 1
    assert [(q.text, q.number, q.activity) for q in seen.questions] == [("Why?", 2, "Step 1")]
    plan.act("finalizeCard", on("w1a1c1"))
    seen = overview(plan)
    assert (seen.finalized, seen.ready, seen.not_yet) == (1, 0, 11)


def test_changes_are_counted_by_day_and_by_whom(plan: Plan) -> None:
    plan.as_actor("ben").apply(
        plan.project_id,
        [request("createCard", in_activity("w1a1"), title=f"Card {n}") for n in range(3)],
    )
    plan.undo()
    seen = overview(plan)
    assert seen.days == (("2026-01-30", 0), ("2026-01-31", 3))
    assert seen.actors == (("ana", 2), ("ben", 1))
    assert seen.builds == ()


def test_what_open_builds_wait_for(plan: Plan) -> None:
    add_run(plan, "w1a1c1", status="blocked", waits_for="answers")
    add_run(plan, "w1a1c2", status="blocked", waits_for="answers")
    add_run(plan, "w1a1c3", status="blocked", waits_for="approval")
    add_run(plan, "w2a1c1", status="running")
    add_run(plan, "w2a1c2", status="cancelled")
    seen = overview(plan)
    assert seen.waits == (("answers", 2), ("approval", 1))
    rows = {row.key: row for row in overview_rows(seen).left}
    assert "waits answers" not in rows  # nothing is built by now, as far as the cards say
    plan.db.update(Card, "w1a1c1", build_state="blocked")
    rows = {row.key: row for row in overview_rows(overview(plan)).left}
    assert rows["waits answers"].filter == "waits:answers"
    assert rows["waits answers"].draw(60, -1)[1][0] == "the agent has questions"

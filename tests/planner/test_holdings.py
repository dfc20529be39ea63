"""What a card's screen is shown: the card and everything it holds."""

from pathlib import Path

from planner.holdings import read_holdings
from planner.readiness import read_readiness
from store.records import Card, CardAssignment, OrchestrationRun
from tests.planner.any_actions import seed
from tests.planner.plans import Plan, on, opened, request
from tests.store.rows import full_plan


def test_a_card_is_read_with_all_it_holds(database_path: Path) -> None:
    with opened(database_path) as db:
        plan = Plan(db)
        seed(plan)
        link = {"context_artifact_id": "x0", "usage_hint": "First."}
        plan.apply(request("linkContextArtifact", on("c3"), **link))
        plan.apply(
            request(
                "upsertCardKnowledgeItem", on("c0"), kind="question", id="k1", text="?", position=0
            )
        )
        held = read_holdings(db, "c0")
        assert held is not None
        assert held.card == db.get(Card, "c0")
        assert [item.id for item in held.requirements] == ["k0", "k1"]
        assert [item.id for item in held.questions] == ["k1", "k0"]
        assert len(held.known_facts) == len(held.assumptions) == 2
        assert [planned.id for planned in held.planned_files] == ["f0", "f1"]
        assert [artifact.id for artifact in held.artifacts] == ["x0"]
        assert held.uses == {"x0": 2}
        assert len(held.items) == 10
        assert held.readiness == read_readiness(db, "c0")
        assert not held.is_ready
        assert [result.missing for result in held.checklist] == [
            "no requirement is approved",
            "2 requirements are drafts",
            "2 questions are open",
            "2 assumptions are drafts",
            "2 planned files aren't approved",
        ]
        other = read_holdings(db, "c3")
        assert other is not None
        hint = other.link_to("x0")
        assert hint is not None
        assert hint.usage_hint == "First."
        assert other.link_to("x1") is None
        ready = read_holdings(db, "c1")
        assert ready is not None
        assert ready.is_ready
        assert read_holdings(db, "nobody") is None


def test_a_card_tells_how_its_newest_build_stands(database_path: Path) -> None:
    with opened(database_path) as db:
        db.insert_many(full_plan())

        def words() -> tuple[str, bool]:
            held = read_holdings(db, "card-1")
            assert held is not None
            assert held.build is not None
            return held.build.words, held.build.is_open

        held = read_holdings(db, "card-1")
        assert held is not None
        assert held.build is None
        db.update(Card, "card-1", build_state="queued")
        assert words() == ("queued", True)
        own, run = (CardAssignment, "card_assignment-1"), (OrchestrationRun, "orchestration_run-1")
        db.update(*own, waits_for="place")
        assert words() == ("queued: it waits for a place among the agents at work", True)
        db.update(*own, status="running", step="checks", waits_for=None)
        assert words() == ("running: the checks run", True)
        db.update(*own, status="blocked", step=None, waits_for="answers")
        assert words() == ("blocked: the agent has questions", True)
        db.update(*own, status="failed", waits_for=None)
        assert words() == ("failed", False)
        db.update(*own, status="completed")
        db.update(*run, status="blocked", waits_for="approval")
        assert words() == ("completed: it waits for your approval", True)
        db.update(*run, status="completed", waits_for=None)
        assert words() == ("completed", False)

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.events import Event, event_in_words, read_events
from planner.projects import create_project
from store.records import EventLog, Project
from tests.planner.plans import Plan, on, opened, request


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def events(plan: Plan, **how: Any) -> tuple[Event, ...]:
    return read_events(plan.db, plan.project_id, **{"limit": 99, **how})[0]


def said(event: Event) -> list[str]:
    return [line.text for line in event_in_words(event)]


def test_what_happened_newest_first_with_refusals(plan: Plan) -> None:
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", text="Why?")
    plan.act("updateCard", on("w1a1c1"), priority=3, description="Because")
    plan.act("deleteCard", on("w1a1c1"))
    plan.refusal(request("deleteCard", on("w1a1c1")))
    plan.refusal(request("createCard", {"workflow_activity_id": "no"}, title="Lost", priority=2))
    lost, again, deleted, created = events(plan)
    assert lost.what == "create card “Lost”: This project has no activity no."
    assert said(lost) == [
        "Refused: create card “Lost”",
        "This project has no activity no.",
        "",
        "What it asked for:",
        "workflow activity id: no",
        "title: Lost",
        "priority: medium",
    ]
    assert again.what == "delete card: This project has no card w1a1c1."
    assert again.subject == {"card_id": "w1a1c1"}
    assert said(deleted) == [
        "Card deleted #1 “Card 1.1.1”",
        "with it went 1 question",
        "description: Because",
        "status: todo",
        "priority: high",
    ]
    assert created.what == "project created “Atlas”"
    assert events(plan, refused=False) == (deleted, created)


def test_pages_and_what_was_typed(plan: Plan) -> None:
    for n in range(1200):
        plan.db.insert(
            EventLog(
                id=f"e{n:04}",
                project_id=plan.project_id,
                event_type="run.queued" if n % 100 else "run.failed",
                actor="agent-7" if n % 2 else "ben",
                payload={"round": n, "deep": {"list": [{"a": 1}, {"b": "two\nlines"}], "ok": True}},
                created_at="2027-01-01T00:00:00.000Z",
            )
        )
    first, has_more = read_events(plan.db, plan.project_id, limit=700)
    rest, no_more = read_events(plan.db, plan.project_id, limit=700, before=first[-1])
    assert (has_more, no_more) == (True, False)
    assert [event.id for event in (*first, *rest)] == [
        event.id for event in events(plan, limit=9999)
    ]
    failed = events(plan, typed="type:run.fail")
    assert [event.payload["round"] for event in failed] == [*range(1100, -1, -100)]
    assert read_events(plan.db, plan.project_id, limit=5, typed="TYPE:run.fail")[1]
    assert len(events(plan, limit=9999, typed="actor:agent type:run")) == 600
    assert [event.id for event in events(plan, typed="actor:ben 1042")] == ["e1042"]
    assert events(plan, typed="nothing of the kind") == ()
    assert said(failed[0]) == [
        "Run failed",
        "round: 1100",
        "deep:",
        "  list:",
        "    1.",
        "      a: 1",
        "    2.",
        "      b:",
        "        two",
        "        lines",
        "  ok: yes",
    ]


def test_deleted_projects_are_told_of_when_asked(plan: Plan) -> None:
    other = create_project(plan.db, "Borealis")
    plan.db.delete(Project, other.id)
    assert all(event.project is None for event in events(plan))
    archived = [event for event in events(plan, archived=True) if event.project]
    assert [(event.project, event.type) for event in archived] == [("Borealis", "project.created")]
    assert "in the deleted project “Borealis”" in said(archived[0])

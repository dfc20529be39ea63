"""Every action that is told in the history, in words that say what it changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.describe import describe
from planner.errors import ActionRefused
from planner.history_words import LABELS, NOT_TOLD, batch_in_words, names_in
from planner.log import EVERYTHING, LogEntry, LogReader, plan_undo_to, read_actions
from planner.requests import ACTIONS, BY_TYPE
from store.records import PlanningAction, ValidationStatus
from tests.planner.any_actions import BY_ACTION_TYPE, seed
from tests.planner.plans import Plan, in_activity, on, opened, request

_ROW = PlanningAction(
    id="a", project_id="p", action_type="", validation_status=ValidationStatus.ACCEPTED
)

LONG = "The link in the mail signs you in for thirty days, on that one device alone."


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def entries(plan: Plan, **how: Any) -> tuple[LogEntry, ...]:
    return LogReader(plan.db, plan.project_id).read(**how).entries


def told(plan: Plan, index: int = 0) -> list[str]:
    """Return what the history tells of the latest change, or of one before it."""
    with plan.db.view():
        actions, count, taken_back = read_actions(
            plan.db, plan.project_id, entries(plan)[index], limit=99
        )
        lines = batch_in_words(actions, names_in(plan.db), count=count, taken_back=taken_back)
    return [f"{line.sign}{line.text}" for line in lines]


def test_every_action_type_has_words() -> None:
    for action_type in BY_TYPE:
        row = msgspec.structs.replace(_ROW, action_type=action_type)
        assert describe(row) != action_type, f"planner/describe.py has no words for {action_type}"


def test_every_field_of_a_payload_has_a_label() -> None:
    for action in ACTIONS:
        payload = next(f for f in msgspec.structs.fields(action) if f.name == "payload").type
        for field in msgspec.structs.fields(payload):
            assert field.name in LABELS or field.name in NOT_TOLD, (action.__name__, field.name)


def test_changed_fields(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c1"), title="Sign in with a link", priority=3, status="review")
    assert told(plan) == [
        "Changed card #1 “Sign in with a link”",
        "title: “Card 1.1.1” → “Sign in with a link”",
        "status: todo → review",
        "priority: none → high",
    ]
    plan.act("updateCard", on("w1a1c1"), description=LONG)
    assert told(plan)[1:] == ["description:", f"+{LONG}"]
    plan.act("updateCard", on("w1a1c1"), description=LONG.replace("thirty", "ninety"))
    assert told(plan)[2:] == [f"-{LONG}", f"+{LONG.replace('thirty', 'ninety')}"]
    plan.act("updateCard", on("w1a1c1"), description=None, status="review")
    assert told(plan)[1:] == ["description:", f"-{LONG.replace('thirty', 'ninety')}"]
    plan.act("updateCard", on("w1a1c1"), status="review")
    assert told(plan)[1:] == ["It changed nothing that shows."]
    plan.act("updateProject", name="Borealis", description="North")
    assert told(plan)[1:] == ["name: “Atlas” → “Borealis”", "description: nothing → “North”"]
    plan.act("updateActivity", {"workflow_activity_id": "w1a1"}, color="blue")
    assert told(plan)[1:] == ["colour: nothing → blue"]


def test_moves(plan: Plan) -> None:
    plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w2a2")
    assert told(plan) == [
        "Moved card #1 “Card 1.1.1”",
        "moved from “Workflow 1 › Step 1” to “Workflow 2 › Step 2”",
    ]
    plan.act("reorderCard", on("w1a2c1"), position=2)
    assert told(plan)[1:] == ["place: 1 → 3"]
    plan.act("deleteActivity", {"workflow_activity_id": "w1a1"})
    assert "an activity that is gone since" in "\n".join(told(plan, 2))


def test_makes_tell_what_they_hold(plan: Plan) -> None:
    plan.act(
        "createCard", in_activity("w1a1"), title="Pay", priority=4, description="By card\nor bill"
    )
    assert told(plan)[1:] == ["description:", "+By card", "+or bill", "+priority: urgent"]
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", id="q", text="Why?")
    assert told(plan)[1:] == ["on #1 “Card 1.1.1”"]
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", id="q", text="Why not?")
    assert told(plan)[1:] == ["on #1 “Card 1.1.1”", "text: “Why?” → “Why not?”"]
    plan.act("setCardKnowledgeStatus", on("w1a1c1"), kind="question", id="q", status="rejected")
    assert told(plan)[2:] == ["status: draft → rejected"]


def test_deletes_tell_what_went(plan: Plan) -> None:
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", text="Why?")
    plan.act("updateCard", on("w1a1c1"), quick_answer="Because")
    plan.act("deleteCard", on("w1a1c1"))
    assert told(plan) == [
        "Deleted card #1 “Card 1.1.1”",
        "-quick answer: Because",
        "-question “Why?”",
    ]
    plan.act("deleteWorkflow", {"workflow_id": "w2"})
    lines = told(plan)
    assert lines[:2] == ["Deleted workflow “Workflow 2”", "and with it 2 activities, 6 cards"]
    assert lines[2:4] == ["-activity “Step 1”", "-activity “Step 2”"]
    assert lines[-1] == "-card #12 “Card 2.2.3”"


def test_an_undo_tells_the_way_back_and_a_redo_the_way_again(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c1"), priority=3)
    plan.undo()
    assert told(plan)[1:] == ["priority: high → none"]
    assert entries(plan)[0].what == "undo: change card #1 “Card 1.1.1”"
    assert entries(plan)[1].undone_by == "ana"
    plan.redo()
    assert told(plan)[1:] == ["priority: none → high"]
    assert [entry.undone_by for entry in entries(plan)[:3]] == [None, "ana", None]
    plan.undo()
    plan.act("deleteCard", on("w1a1c1"))
    plan.as_actor("ben").undo(plan.project_id)
    assert told(plan)[0] == "Deleted card #1 “Card 1.1.1”"
    assert entries(plan)[0].actor == "ben"
    assert entries(plan)[0].what.endswith("(by ana)")


def test_a_batch_is_one_entry_with_all_its_actions(plan: Plan) -> None:
    plan.apply(*(request("updateCard", on(f"w1a1c{n}"), priority=n) for n in (1, 2)))
    entry = entries(plan)[0]
    assert (entry.count, entry.what) == (2, "2 changes, the last: change card #2 “Card 1.1.2”")
    assert told(plan) == [
        "Changed card #1 “Card 1.1.1”",
        "priority: none → low",
        "",
        "Changed card #2 “Card 1.1.2”",
        "priority: none → medium",
    ]
    actions, count, _ = read_actions(plan.db, plan.project_id, entry, limit=99, card_id="w1a1c2")
    assert [action.target_ref for action in actions] == [on("w1a1c2")]
    assert count == 2
    assert batch_in_words(actions[:1], names_in(plan.db), count=12)[-1].text == "and 11 more"


def test_the_log_is_read_in_pages_and_narrowed(plan: Plan) -> None:
    for n in range(10):
        plan.act("updateCard", on(f"w1a1c{1 + n % 2}"), title=f"Round {n}")
    plan.as_actor("ben").undo(plan.project_id)
    reader = LogReader(plan.db, plan.project_id)
    first = reader.read(limit=4)
    assert [entry.last for entry in first.entries] == [entry.first for entry in first.entries]
    second = reader.read(before=first.entries[-1].first, limit=99)
    assert (first.has_more, second.has_more) == (True, False)
    assert [*first.entries, *second.entries] == [*reader.read().entries]
    narrowed = reader.read(words="ROUND 7").entries
    assert [entry.what for entry in narrowed] == ["changed card #2 “Round 7”"]
    assert [entry.action_type for entry in reader.read(words="ben").entries] == ["undo"]
    assert reader.read(words="nobody did").entries == ()
    about = reader.read(card_id="w1a1c2").entries
    assert [entry.action_type for entry in about] == ["undo", *["updateCard"] * 5, "createCard"]
    plan.act("updateCard", on("w1a1c1"), title="Round 7 again")
    assert len(reader.read(words="round 7").entries) == 2


def test_what_undoing_to_a_point_takes_back_is_counted_by_whom(plan: Plan) -> None:
    before = plan.dump()
    plan.act("updateCard", on("w1a1c1"), title="Here")
    here = entries(plan)[0].batch_id
    plan.act("updateCard", on("w1a1c1"), title="One")
    plan.as_actor("ben").apply(plan.project_id, [request("deleteCard", on("w1a1c2"))])
    plan.act("updateCard", on("w1a1c1"), title="Undone")
    plan.undo()
    undo, undone = entries(plan)[:2]
    counted = plan_undo_to(plan.db, plan.project_id, here)
    assert (counted.count, counted.by) == (3, (("ana", 2), ("ben", 1)))
    for batch_id in (undo.batch_id, undone.batch_id, "nobody"):
        assert plan_undo_to(plan.db, plan.project_id, batch_id).count == 0
    result = plan.planner.undo_to(plan.project_id, here)
    assert len(result.actions) == counted.count
    assert plan.dump() == before
    assert all(entry.undone_by for entry in entries(plan) if entry.action_type == "updateCard")


@settings(max_examples=30)
@given(st.lists(st.one_of(*BY_ACTION_TYPE.values()), min_size=1, max_size=6), st.booleans())
def test_whatever_was_done_can_be_told(
    tmp_path_factory: pytest.TempPathFactory, batch: list[dict[str, Any]], undo: bool
) -> None:
    with opened(tmp_path_factory.mktemp("told") / "plan.db") as db:
        plan = Plan(db)
        seed(plan)
        for action in batch:
            try:
                plan.apply(action)
            except ActionRefused:
                continue
        if undo and len(entries(plan)) > 1:
            plan.undo()
        for index, entry in enumerate(entries(plan, limit=EVERYTHING)):
            assert told(plan, index)
            assert entry.what

"""Every planning action: what it does, what it tells, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner import requests as ask
from planner.actions import HANDLERS
from planner.decode import decode, read_script
from planner.describe import clipped, describe
from planner.errors import ActionRefused, SequenceConflict
from planner.requests import ACTIONS, BY_TYPE
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    EventLog,
    PlanningAction,
    Project,
    Workflow,
    WorkflowActivity,
)
from tests.planner.plans import Plan, in_activity, on, opened, request
from tests.store.rows import example

KINDS = {
    "requirement": CardRequirement,
    "known_fact": CardKnownFact,
    "assumption": CardAssumption,
    "question": CardQuestion,
}


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


@pytest.fixture
def plan(db: DbAdapter) -> Plan:
    """Two workflows of two activities of three cards: ``w1`` … ``w2a2c3``."""
    plan = Plan(db)
    plan.build()
    return plan


@pytest.fixture
def other(db: DbAdapter) -> Plan:
    """Another project in the same database: ``ow1``, ``oa1``, ``oc1``, ``ox1``."""
    other = Plan(db, "Other")
    other.apply(
        request("createWorkflow", id="ow1", title="Theirs"),
        request("createActivity", {"workflow_id": "ow1"}, id="oa1", title="Theirs"),
        request("createCard", in_activity("oa1"), id="oc1", title="Theirs"),
        request("createContextArtifact", id="ox1", name="theirs", type="doc", content="…"),
        request("upsertCardPlannedFile", on("oc1"), **{**FILE, "id": "of1"}),
        request("upsertCardKnowledgeItem", on("oc1"), kind="question", id="oq1", text="Whose?"),
    )
    return other


FILE = {
    "id": "f1",
    "logical_file_name": "address.py",
    "artifact_kind": "util",
    "action": "create",
    "intent_summary": "Checks an address.",
}

# --- the project


def test_update_project(plan: Plan) -> None:
    told = plan.act(
        "updateProject", name="Globe", description="Maps.", repo_url="x", default_branch="trunk"
    )
    project = plan.project
    assert (project.name, project.description) == ("Globe", "Maps.")
    assert (project.repo_url, project.default_branch) == ("x", "trunk")
    assert project.updated_at > project.created_at
    assert told.result == {"project_id": plan.project_id, "title": "Globe"}

    plan.act("updateProject", {"project_id": plan.project_id}, description=None)
    assert plan.project.description is None
    assert plan.project.repo_url == "x"


def test_update_project_keeps_its_own_name(plan: Plan) -> None:
    plan.act("updateProject", name="Atlas")
    assert plan.project.name == "Atlas"


def test_update_project_refuses(plan: Plan, other: Plan) -> None:
    assert plan.refusal(request("updateProject", name="Other")) == (
        "There is a project called Other already."
    )
    assert "name is blank" in plan.refusal(request("updateProject", name=" \n"))
    assert "default branch is blank" in plan.refusal(request("updateProject", default_branch=" "))
    assert "nothing to change" in plan.refusal(request("updateProject"))
    foreign = request("updateProject", {"project_id": other.project_id}, name="Mine")
    assert "The batch is for project" in plan.refusal(foreign)


# --- workflows


def test_create_workflow_stands_last_or_where_asked(plan: Plan) -> None:
    told = plan.act("createWorkflow", id="w3", title="Third", description="More.")
    assert told.result == {"workflow_id": "w3", "title": "Third"}
    plan.act("createWorkflow", id="w0", title="First", position=0)
    plan.act("createWorkflow", id="w9", title="Far", position=900)
    assert plan.order(Workflow, project_id=plan.project_id) == ["w0", "w1", "w2", "w3", "w9"]
    made = plan.db.get(Workflow, "w3")
    assert made is not None
    assert made.description == "More."
    assert made.created_at == made.updated_at


def test_create_workflow_makes_an_id_when_none_is_chosen(plan: Plan) -> None:
    told = plan.act("createWorkflow", title="Third")
    assert plan.db.get(Workflow, told.result["workflow_id"]) is not None


def test_create_workflow_refuses(plan: Plan, other: Plan) -> None:
    assert plan.refusal(request("createWorkflow", id="w1", title="Again")) == (
        "There is a workflow w1 already."
    )
    assert "already" in plan.refusal(request("createWorkflow", id="ow1", title="Again"))
    assert plan.refusal(request("createWorkflow", title="  ")) == (
        "The workflow's title is blank; it must say something."
    )
    assert "payload needs title" in plan.refusal(request("createWorkflow"))
    assert ">= 0" in plan.refusal(request("createWorkflow", title="x", position=-1))


def test_update_workflow(plan: Plan) -> None:
    told = plan.act("updateWorkflow", {"workflow_id": "w1"}, title="New", description="Why")
    assert told.result == {"workflow_id": "w1", "title": "New"}
    workflow = plan.db.get(Workflow, "w1")
    assert workflow is not None
    assert (workflow.title, workflow.description, workflow.position) == ("New", "Why", 0)
    assert workflow.updated_at > workflow.created_at
    plan.act("updateWorkflow", {"workflow_id": "w1"}, description=None)
    workflow = plan.db.get(Workflow, "w1")
    assert workflow is not None
    assert (workflow.title, workflow.description) == ("New", None)


def test_update_workflow_refuses(plan: Plan, other: Plan) -> None:
    target = {"workflow_id": "w1"}
    assert "nothing to change about the workflow" in plan.refusal(request("updateWorkflow", target))
    assert "title is blank" in plan.refusal(request("updateWorkflow", target, title="\t"))
    assert "got `null`" in plan.refusal(request("updateWorkflow", target, title=None))


def test_reorder_workflow(plan: Plan) -> None:
    plan.act("createWorkflow", id="w3", title="Third")
    told = plan.act("reorderWorkflow", {"workflow_id": "w1"}, position=1)
    assert told.result == {"workflow_id": "w1", "title": "Workflow 1"}
    assert plan.order(Workflow, project_id=plan.project_id) == ["w2", "w1", "w3"]
    plan.act("reorderWorkflow", {"workflow_id": "w3"}, position=0)
    assert plan.order(Workflow, project_id=plan.project_id) == ["w3", "w2", "w1"]
    plan.act("reorderWorkflow", {"workflow_id": "w3"}, position=77)
    assert plan.order(Workflow, project_id=plan.project_id) == ["w2", "w1", "w3"]


def test_delete_workflow_takes_all_below_it_and_closes_the_gap(plan: Plan) -> None:
    told = plan.act("deleteWorkflow", {"workflow_id": "w1"})
    assert told.result == {"workflow_id": "w1", "title": "Workflow 1"}
    assert plan.order(Workflow, project_id=plan.project_id) == ["w2"]
    assert plan.db.count(WorkflowActivity) == 2
    assert plan.db.count(Card) == 6
    event = plan.db.list(EventLog, event_type="workflow.deleted")[0]
    assert event.actor == "ana"
    assert event.payload["title"] == "Workflow 1"
    assert event.payload["went_with_it"] == {"workflow_activity": 2, "card": 6}


# --- activities


def test_create_activity(plan: Plan) -> None:
    told = plan.act("createActivity", {"workflow_id": "w1"}, id="w1a3", title="Step", color="pink")
    assert told.result == {"workflow_activity_id": "w1a3", "title": "Step"}
    plan.act("createActivity", {"workflow_id": "w1"}, id="w1a0", title="Zero", position=1)
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a1", "w1a0", "w1a2", "w1a3"]
    made = plan.db.get(WorkflowActivity, "w1a3")
    assert made is not None
    assert made.color == "pink"


def test_create_activity_refuses(plan: Plan) -> None:
    target = {"workflow_id": "w1"}
    assert "There is a workflow activity w1a1 already." in plan.refusal(
        request("createActivity", target, id="w1a1", title="x")
    )
    assert "activity's title is blank" in plan.refusal(request("createActivity", target, title=" "))
    assert "Invalid enum value 'mauve'" in plan.refusal(
        request("createActivity", target, title="x", color="mauve")
    )


def test_update_activity(plan: Plan) -> None:
    told = plan.act("updateActivity", in_activity("w1a1"), title="New", color="green")
    assert told.result == {"workflow_activity_id": "w1a1", "title": "New"}
    plan.act("updateActivity", in_activity("w1a1"), color=None)
    activity = plan.db.get(WorkflowActivity, "w1a1")
    assert activity is not None
    assert (activity.title, activity.color) == ("New", None)
    assert "nothing to change" in plan.refusal(request("updateActivity", in_activity("w1a1")))
    assert "blank" in plan.refusal(request("updateActivity", in_activity("w1a1"), title=" "))


def test_reorder_activity_stays_in_its_workflow(plan: Plan) -> None:
    plan.act("reorderActivity", in_activity("w1a1"), position=1)
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a2", "w1a1"]
    assert plan.order(WorkflowActivity, workflow_id="w2") == ["w2a1", "w2a2"]


def test_an_activity_says_what_it_is_for(plan: Plan) -> None:
    plan.act("createActivity", {"workflow_id": "w1"}, id="n", title="New", description="Why.")
    activity = plan.db.get(WorkflowActivity, "n")
    assert activity is not None
    assert activity.description == "Why."
    plan.act("updateActivity", in_activity("n"), description=None)
    activity = plan.db.get(WorkflowActivity, "n")
    assert activity is not None
    assert (activity.title, activity.description) == ("New", None)


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (0, ["w1a1", "w2a1", "w2a2"]),
        (1, ["w2a1", "w1a1", "w2a2"]),
        (9, ["w2a1", "w2a2", "w1a1"]),
        (None, ["w2a1", "w2a2", "w1a1"]),
    ],
)
def test_move_activity_to_another_workflow(
    plan: Plan, position: int | None, order: list[str]
) -> None:
    before = plan.dump()
    told = plan.act("moveActivity", in_activity("w1a1"), workflow_id="w2", position=position)
    assert told.result == {"workflow_activity_id": "w1a1", "title": "Step 1"}
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a2"]
    assert plan.order(WorkflowActivity, workflow_id="w2") == order
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c1", "w1a1c2", "w1a1c3"]
    assert plan.undo().message == "Undid: move activity “Step 1”"
    assert plan.dump() == before


def test_move_activity_within_its_workflow(plan: Plan) -> None:
    plan.act("moveActivity", in_activity("w1a1"), workflow_id="w1")
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a2", "w1a1"]
    plan.act("moveActivity", in_activity("w1a1"), workflow_id="w1", position=0)
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a1", "w1a2"]


def test_delete_activity(plan: Plan) -> None:
    told = plan.act("deleteActivity", in_activity("w1a1"))
    assert told.result == {"workflow_activity_id": "w1a1", "title": "Step 1"}
    assert plan.order(WorkflowActivity, workflow_id="w1") == ["w1a2"]
    assert plan.db.count(Card) == 9
    event = plan.db.list(EventLog, event_type="activity.deleted")[0]
    assert event.payload["went_with_it"] == {"card": 3}


# --- cards


def test_create_card(plan: Plan) -> None:
    told = plan.act(
        "createCard",
        in_activity("w1a1"),
        id="new",
        title="New",
        description="More.",
        status="review",
        priority=4,
        quick_answer="Yes.",
        position=1,
    )
    assert told.result == {"card_id": "new", "number": 13, "title": "New"}
    card = plan.db.get(Card, "new")
    assert card is not None
    assert (card.description, card.status, card.priority) == ("More.", "review", 4)
    assert (card.quick_answer, card.number, card.build_state) == ("Yes.", 13, None)
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c1", "new", "w1a1c2", "w1a1c3"]
    assert plan.project.card_sequence == 13


def test_create_card_with_the_times_an_importer_knows(plan: Plan) -> None:
    then, later = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00.000Z"
    plan.act("createCard", in_activity("w1a1"), id="old", title="x", created_at=then)
    plan.act("updateCard", on("old"), updated_at=later)
    card = plan.db.get(Card, "old")
    assert card is not None
    assert (card.created_at, card.updated_at) == (then, later)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"title": "  "}, "card's title is blank"),
        ({"title": ""}, "length >= 1"),
        ({"title": 5}, "Expected `str`, got `int`"),
        ({}, "payload needs title"),
        ({"title": "x", "id": "w1a1c1"}, "There is a card w1a1c1 already."),
        ({"title": "x", "id": ""}, "length >= 1"),
        ({"title": "x", "priority": 5}, "<= 4"),
        ({"title": "x", "priority": -1}, ">= 0"),
        ({"title": "x", "priority": "high"}, "Expected `int`, got `str`"),
        ({"title": "x", "priority": 1.5}, "Expected `int`, got `float`"),
        ({"title": "x", "priority": True}, "Expected `int`, got `bool`"),
        ({"title": "x", "status": "done"}, "Invalid enum value 'done'"),
        ({"title": "x", "titel": "y"}, "payload has no field titel; did you mean title?"),
        ({"title": "x", "zzz": 1}, "payload has no field zzz; it takes title, id,"),
        ({"title": "x", "created_at": "yesterday"}, "payload.created_at"),
        ({"title": "half a pair \ud800"}, "half of a surrogate pair"),
    ],
)
def test_create_card_refuses(plan: Plan, payload: dict[str, Any], reason: str) -> None:
    assert reason in plan.refusal(request("createCard", in_activity("w1a1"), **payload))
    assert plan.project.card_sequence == 12
    assert [reason in (row.rejection_reason or "") for row in plan.rejected()] == [True]


def test_update_card(plan: Plan) -> None:
    told = plan.act("updateCard", on("w1a1c1"), title="New", status="active", priority=3)
    assert told.result == {"card_id": "w1a1c1", "number": 1, "title": "New"}
    plan.act("updateCard", on("w1a1c1"), description="d", quick_answer="q")
    plan.act("updateCard", on("w1a1c1"), description=None)
    card = plan.db.get(Card, "w1a1c1")
    assert card is not None
    assert (card.title, card.status, card.priority) == ("New", "active", 3)
    assert (card.description, card.quick_answer, card.position) == (None, "q", 0)
    assert card.updated_at > card.created_at


def test_update_card_refuses(plan: Plan) -> None:
    assert "nothing to change about the card" in plan.refusal(request("updateCard", on("w1a1c1")))
    assert "blank" in plan.refusal(request("updateCard", on("w1a1c1"), title=" "))
    assert "no field position" in plan.refusal(request("updateCard", on("w1a1c1"), position=1))


@pytest.mark.parametrize(
    ("card", "position", "order"),
    [
        ("w1a1c1", 0, "123"),
        ("w1a1c1", 1, "213"),
        ("w1a1c1", 2, "231"),
        ("w1a1c1", 99, "231"),
        ("w1a1c3", 0, "312"),
        ("w1a1c3", 1, "132"),
        ("w1a1c2", 0, "213"),
    ],
)
def test_reorder_card(plan: Plan, card: str, position: int, order: str) -> None:
    told = plan.act("reorderCard", on(card), position=position)
    assert told.result["card_id"] == card
    assert plan.order(Card, workflow_activity_id="w1a1") == [f"w1a1c{n}" for n in order]


def test_move_card_to_another_activity(plan: Plan) -> None:
    plan.act("moveCard", on("w1a1c2"), workflow_activity_id="w2a1", position=1)
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c1", "w1a1c3"]
    assert plan.order(Card, workflow_activity_id="w2a1") == ["w2a1c1", "w1a1c2", "w2a1c2", "w2a1c3"]
    plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w2a1")
    assert plan.order(Card, workflow_activity_id="w2a1")[-1] == "w1a1c1"
    plan.act("moveCard", on("w1a1c3"), workflow_activity_id="w2a1", position=50)
    assert plan.order(Card, workflow_activity_id="w2a1")[-1] == "w1a1c3"
    assert plan.order(Card, workflow_activity_id="w1a1") == []
    moved = plan.db.get(Card, "w1a1c2")
    assert moved is not None
    assert moved.number == 2


def test_move_card_within_its_activity(plan: Plan) -> None:
    plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w1a1")
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c2", "w1a1c3", "w1a1c1"]
    plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w1a1", position=1)
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c2", "w1a1c1", "w1a1c3"]


def test_delete_card(plan: Plan) -> None:
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", text="Why?")
    told = plan.act("deleteCard", on("w1a1c1"))
    assert told.result == {"card_id": "w1a1c1", "number": 1, "title": "Card 1.1.1"}
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c2", "w1a1c3"]
    assert plan.db.count(CardQuestion) == 0
    event = plan.db.list(EventLog, event_type="card.deleted")[0]
    assert event.payload["number"] == 1
    assert event.payload["went_with_it"] == {"card_question": 1}
    assert event.payload["row"]["title"] == "Card 1.1.1"


# --- context artifacts


def test_create_context_artifact(plan: Plan) -> None:
    told = plan.act(
        "createContextArtifact",
        id="x1",
        name="brief",
        type="doc",
        content="What it is about.",
        integration_ref={"server": "docs", "tools": ["read"]},
    )
    assert told.result == {"context_artifact_id": "x1", "title": "brief"}
    artifact = plan.db.get(ContextArtifact, "x1")
    assert artifact is not None
    assert artifact.project_id == plan.project_id
    assert artifact.integration_ref == {"server": "docs", "tools": ["read"]}
    assert plan.db.count(CardContextArtifact) == 0


def test_create_context_artifact_for_a_card_links_it(plan: Plan) -> None:
    told = plan.act(
        "createContextArtifact", on("w1a1c1"), id="x1", name="api", type="link", uri="https://x.y"
    )
    assert told.result == {"context_artifact_id": "x1", "title": "api", "card_id": "w1a1c1"}
    link = plan.db.get(CardContextArtifact, "w1a1c1", "x1")
    assert link is not None
    assert link.linked_by == "ana"


def test_create_context_artifact_refuses(plan: Plan, other: Plan) -> None:
    empty = request("createContextArtifact", name="x", type="doc")
    assert "at least one of content, uri, integration_ref" in plan.refusal(empty)
    holds = {"type": "doc", "content": "x"}
    assert "blank" in plan.refusal(request("createContextArtifact", name=" ", **holds))
    assert "Invalid enum value" in plan.refusal(
        request("createContextArtifact", name="x", type="book", content="x")
    )
    plan.act("createContextArtifact", id="x1", name="x", **holds)
    assert "already" in plan.refusal(request("createContextArtifact", id="x1", name="y", **holds))
    target = {"project_id": other.project_id}
    assert "The batch is for" in plan.refusal(
        request("createContextArtifact", target, name="x", **holds)
    )
    assert "no card" in plan.refusal(request("createContextArtifact", on("oc1"), name="x", **holds))
    surrogate = {"integration_ref": {"deep": ["\ud800"]}}
    assert "surrogate" in plan.refusal(
        request("createContextArtifact", name="x", type="mcp", **surrogate)
    )


def test_update_context_artifact(plan: Plan) -> None:
    plan.act("createContextArtifact", id="x1", name="brief", type="doc", content="Old")
    told = plan.act("updateContextArtifact", id="x1", name="New", content=None, uri="https://x.y")
    assert told.result == {"context_artifact_id": "x1", "title": "New"}
    artifact = plan.db.get(ContextArtifact, "x1")
    assert artifact is not None
    assert (artifact.name, artifact.content, artifact.uri) == ("New", None, "https://x.y")
    assert "at least one" in plan.refusal(request("updateContextArtifact", id="x1", uri=None))
    assert "nothing to change" in plan.refusal(request("updateContextArtifact", id="x1"))
    assert "blank" in plan.refusal(request("updateContextArtifact", id="x1", name=" "))


def test_delete_context_artifact_takes_its_links(plan: Plan) -> None:
    plan.act("createContextArtifact", on("w1a1c1"), id="x1", name="b", type="doc", content="c")
    told = plan.act("deleteContextArtifact", id="x1")
    assert told.result == {"context_artifact_id": "x1", "title": "b"}
    assert plan.db.count(ContextArtifact) == plan.db.count(CardContextArtifact) == 0
    plan.undo()
    assert plan.db.get(CardContextArtifact, "w1a1c1", "x1") is not None


def test_link_and_unlink_context_artifact(plan: Plan) -> None:
    plan.act("createContextArtifact", id="x1", name="brief", type="doc", content="c")
    told = plan.act(
        "linkContextArtifact", on("w1a1c1"), context_artifact_id="x1", usage_hint="Read it."
    )
    assert told.result == {"card_id": "w1a1c1", "context_artifact_id": "x1", "title": "brief"}
    plan.act("linkContextArtifact", on("w1a1c1"), context_artifact_id="x1", usage_hint="Twice.")
    link = plan.db.get(CardContextArtifact, "w1a1c1", "x1")
    assert link is not None
    assert (link.linked_by, link.usage_hint) == ("ana", "Twice.")

    plan.act("unlinkContextArtifact", on("w1a1c1"), context_artifact_id="x1")
    assert plan.db.count(CardContextArtifact) == 0
    assert plan.db.count(ContextArtifact) == 1
    again = request("unlinkContextArtifact", on("w1a1c1"), context_artifact_id="x1")
    assert plan.refusal(again) == "Card w1a1c1 does not use the context artifact brief."


# --- planned files


def test_upsert_planned_file_makes_and_edits(plan: Plan) -> None:
    told = plan.act("upsertCardPlannedFile", on("w1a1c1"), **FILE)
    made = {"card_id": "w1a1c1", "id": "f1", "title": "address.py", "made": True}
    assert told.result == made
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **{**FILE, "id": "f2", "position": 0})
    assert plan.order(CardPlannedFile, card_id="w1a1c1") == ["f2", "f1"]
    plan.act("upsertCardPlannedFile", on("w1a1c1"), id="f1", contract_notes="Pure.", position=0)
    planned = plan.db.get(CardPlannedFile, "f1")
    assert planned is not None
    assert (planned.contract_notes, planned.status) == ("Pure.", "proposed")
    assert plan.order(CardPlannedFile, card_id="w1a1c1") == ["f1", "f2"]


def test_upsert_planned_file_refuses(plan: Plan) -> None:
    assert plan.refusal(request("upsertCardPlannedFile", on("w1a1c1"), artifact_kind="util")) == (
        "A new planned file needs logical_file_name, action, intent_summary."
    )
    blank = {**FILE, "intent_summary": " "}
    assert "intent summary is blank" in plan.refusal(
        request("upsertCardPlannedFile", on("w1a1c1"), **blank)
    )
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **FILE)
    assert "belongs to another card" in plan.refusal(
        request("upsertCardPlannedFile", on("w1a1c2"), **FILE)
    )


def test_editing_an_approved_planned_file_makes_it_user_edited(plan: Plan) -> None:
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **FILE)
    told = plan.act("approveCardPlannedFile", on("w1a1c1"), id="f1")
    assert told.result == {"card_id": "w1a1c1", "id": "f1", "title": "address.py"}

    def status() -> str:
        planned = plan.db.get(CardPlannedFile, "f1")
        assert planned is not None
        return planned.status

    assert status() == "approved"
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **FILE)
    plan.act("upsertCardPlannedFile", on("w1a1c1"), id="f1", position=0)
    assert status() == "approved", "the same again is no edit"
    plan.act("upsertCardPlannedFile", on("w1a1c1"), id="f1", intent_summary="Checks more.")
    assert status() == "user_edited"
    plan.undo()
    assert status() == "approved"


def test_delete_planned_file(plan: Plan) -> None:
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **FILE)
    plan.act("upsertCardPlannedFile", on("w1a1c1"), **{**FILE, "id": "f2"})
    plan.act("deleteCardPlannedFile", on("w1a1c1"), id="f1")
    assert plan.order(CardPlannedFile, card_id="w1a1c1") == ["f2"]


# --- knowledge


@pytest.mark.parametrize("kind", KINDS)
def test_knowledge_of_each_kind(plan: Plan, kind: str) -> None:
    words = kind.replace("_", " ")
    told = plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind=kind, id="k1", text="So it is.")
    assert told.result == {
        "card_id": "w1a1c1",
        "kind": kind,
        "id": "k1",
        "title": "So it is.",
        "made": True,
    }
    item = plan.db.get(KINDS[kind], "k1")
    assert item is not None
    assert (item.status, item.source, item.confidence) == ("draft", "user", None)

    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind=kind, id="k2", text="2nd", position=0)
    assert plan.order(KINDS[kind], card_id="w1a1c1") == ["k2", "k1"]
    plan.act(
        "upsertCardKnowledgeItem", on("w1a1c1"), kind=kind, id="k1", confidence=0.5, position=0
    )
    item = plan.db.get(KINDS[kind], "k1")
    assert item is not None
    assert (item.text, item.confidence, item.position) == ("So it is.", 0.5, 0)

    plan.act("setCardKnowledgeStatus", on("w1a1c1"), kind=kind, id="k1", status="approved")
    item = plan.db.get(KINDS[kind], "k1")
    assert item is not None
    assert item.status == "approved"

    elsewhere = request("deleteCardKnowledgeItem", on("w1a1c2"), kind=kind, id="k1")
    assert plan.refusal(elsewhere) == f"The {words} k1 belongs to another card than w1a1c2."
    plan.act("deleteCardKnowledgeItem", on("w1a1c1"), kind=kind, id="k1")
    assert plan.order(KINDS[kind], card_id="w1a1c1") == ["k2"]
    gone = request("deleteCardKnowledgeItem", on("w1a1c1"), kind=kind, id="k1")
    assert plan.refusal(gone) == f"Card w1a1c1 has no {words} k1."


def test_only_a_known_fact_has_an_evidence_source(plan: Plan) -> None:
    plan.act(
        "upsertCardKnowledgeItem",
        on("w1a1c1"),
        kind="known_fact",
        id="k1",
        text="So",
        evidence_source="A test",
    )
    fact = plan.db.get(CardKnownFact, "k1")
    assert fact is not None
    assert fact.evidence_source == "A test"
    for kind in KINDS.keys() - {"known_fact"}:
        item = request(
            "upsertCardKnowledgeItem", on("w1a1c1"), kind=kind, text="x", evidence_source="y"
        )
        assert "has no evidence_source; only a known fact does" in plan.refusal(item)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"kind": "question"}, "A new question needs text."),
        ({"kind": "known_fact", "text": " "}, "The known fact's text is blank"),
        ({"kind": "rumour", "text": "x"}, "Invalid enum value 'rumour'"),
        ({"kind": "question", "text": "x", "confidence": 1.5}, "<= 1.0"),
        ({"kind": "question", "text": "x", "status": "open"}, "Invalid enum value 'open'"),
        ({"kind": "question", "text": "x", "source": "rumour"}, "Invalid enum value 'rumour'"),
        ({"text": "x"}, "payload needs kind"),
    ],
)
def test_knowledge_refuses(plan: Plan, payload: dict[str, Any], reason: str) -> None:
    assert reason in plan.refusal(request("upsertCardKnowledgeItem", on("w1a1c1"), **payload))


# --- what every action refuses

WORKFLOW, ACTIVITY, CARD = {"workflow_id": "?"}, in_activity("?"), on("?")
NAMES_SOMETHING = [
    ("updateWorkflow", WORKFLOW, {"title": "x"}),
    ("reorderWorkflow", WORKFLOW, {"position": 0}),
    ("deleteWorkflow", WORKFLOW, {}),
    ("createActivity", WORKFLOW, {"title": "x"}),
    ("updateActivity", ACTIVITY, {"title": "x"}),
    ("reorderActivity", ACTIVITY, {"position": 0}),
    ("moveActivity", ACTIVITY, {"workflow_id": "w1"}),
    ("moveActivity", in_activity("w1a1"), {"workflow_id": "?"}),
    ("deleteActivity", ACTIVITY, {}),
    ("createCard", ACTIVITY, {"title": "x"}),
    ("updateCard", CARD, {"title": "x"}),
    ("reorderCard", CARD, {"position": 0}),
    ("moveCard", CARD, {"workflow_activity_id": "w1a1"}),
    ("moveCard", on("w1a1c1"), {"workflow_activity_id": "?"}),
    ("finalizeCard", CARD, {}),
    ("unfinalizeCard", CARD, {}),
    ("deleteCard", CARD, {}),
    ("createContextArtifact", CARD, {"name": "x", "type": "doc", "content": "x"}),
    ("updateContextArtifact", None, {"id": "?", "name": "x"}),
    ("deleteContextArtifact", None, {"id": "?"}),
    ("linkContextArtifact", on("w1a1c1"), {"context_artifact_id": "?"}),
    ("linkContextArtifact", CARD, {"context_artifact_id": "x1"}),
    ("unlinkContextArtifact", on("w1a1c1"), {"context_artifact_id": "?"}),
    ("unlinkContextArtifact", CARD, {"context_artifact_id": "x1"}),
    ("upsertCardPlannedFile", CARD, {**FILE, "id": "new"}),
    ("approveCardPlannedFile", CARD, {"id": "f1"}),
    ("deleteCardPlannedFile", CARD, {"id": "f1"}),
    ("upsertCardKnowledgeItem", CARD, {"kind": "question", "text": "x"}),
    ("setCardKnowledgeStatus", CARD, {"kind": "question", "id": "k1", "status": "approved"}),
    ("answerCardQuestion", CARD, {"id": "k1", "answer": "x"}),
    ("deleteCardKnowledgeItem", CARD, {"kind": "question", "id": "k1"}),
]


def test_every_action_is_in_these_tests() -> None:
    assert set(HANDLERS) == set(ACTIONS)
    assert len(ACTIONS) == 29
    own = {"updateProject", "createWorkflow"}
    assert {action_type for action_type, *_ in NAMES_SOMETHING} | own == set(BY_TYPE)


@pytest.mark.parametrize("whose", ["unknown", "foreign"])
@pytest.mark.parametrize(("action_type", "target", "payload"), NAMES_SOMETHING)
def test_refuses_what_is_not_in_the_project(
    plan: Plan,
    other: Plan,
    whose: str,
    action_type: str,
    target: dict[str, str] | None,
    payload: dict[str, Any],
) -> None:
    plan.act("createContextArtifact", id="x1", name="x", type="doc", content="x")
    before = other.dump()
    foreign = {
        "workflow_id": "ow1",
        "workflow_activity_id": "oa1",
        "card_id": "oc1",
        "id": "ox1",
        "context_artifact_id": "ox1",
    }
    named = [""]

    def filled(part: dict[str, Any]) -> dict[str, Any]:
        chosen = dict(part)
        for name, value in part.items():
            if value == "?":
                named[0] = chosen[name] = foreign[name] if whose == "foreign" else "nobody"
        return chosen

    written = request(action_type, filled(target) if target else None, **filled(payload))
    reason = plan.refusal(written)
    assert reason.startswith("This project has no ")
    assert reason.endswith(f"{named[0]}.")
    assert other.dump() == before


def test_refuses_items_below_a_foreign_card(plan: Plan, other: Plan) -> None:
    before = other.dump()
    for written in (
        request("upsertCardPlannedFile", on("w1a1c1"), id="of1", intent_summary="Mine"),
        request("approveCardPlannedFile", on("w1a1c1"), id="of1"),
        request("deleteCardPlannedFile", on("w1a1c1"), id="of1"),
        request("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", id="oq1", text="Mine"),
        request("deleteCardKnowledgeItem", on("w1a1c1"), kind="question", id="oq1"),
        request("answerCardQuestion", on("w1a1c1"), id="oq1", answer="Mine"),
    ):
        assert "belongs to another card than w1a1c1" in plan.refusal(written)
    assert other.dump() == before


def test_an_id_of_ours_does_not_open_a_foreign_row_of_another_table(
    plan: Plan, other: Plan
) -> None:
    """What a batch has looked up is known by table and id: ids are unique in a table alone."""
    mine = request("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", id="oc1", text="x")
    onto = request("upsertCardKnowledgeItem", on("oc1"), kind="question", text="x")
    assert plan.refusal(mine, onto) == "This project has no card oc1."


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("createCard", "A planning action is a JSON object, not a text."),
        (7, "A planning action is a JSON object, not a number."),
        (None, "A planning action is a JSON object, not null."),
        (True, "A planning action is a JSON object, not true or false."),
        ([], "A planning action is a JSON object, not a list."),
        ({}, "There is no action_type None. It is one of updateProject,"),
        ({"action_type": "createCrad"}, "'createCrad'. Did you mean createCard?"),
        ({"action_type": ["x"]}, "There is no action_type ['x']"),
        ({"action_type": "undo"}, "There is no action_type 'undo'"),
        ({"action_type": "createWorkflow"}, "createWorkflow: the action needs payload."),
        ({"action_type": "deleteCard"}, "deleteCard: the action needs target_ref."),
        (
            {"action_type": "deleteCard", "target_ref": {"card_di": "x"}},
            "deleteCard: target_ref has no field card_di; did you mean card_id?",
        ),
        (
            {"action_type": "deleteCard", "targetref": {"card_id": "x"}},
            "deleteCard: the action has no field targetref; did you mean target_ref?",
        ),
        (
            {"action_type": "createWorkflow", "payload": "x"},
            "createWorkflow: payload: Expected `object`, got `str`.",
        ),
        ({"action_type": "\ud800"}, "There is no action_type"),
        (
            {"action_type": "deleteCard", "target_ref": {"card_id": "\ud800"}},
            "half of a surrogate pair",
        ),
    ],
)
def test_refuses_what_is_no_action_and_records_it(plan: Plan, written: Any, reason: str) -> None:
    assert reason in plan.refusal(written)
    (row,) = plan.rejected()
    assert reason in (row.rejection_reason or "")
    assert (row.sequence, row.actor, row.applied_at) == (None, "ana", None)


def test_structs_are_held_to_the_same_rules_as_json(plan: Plan) -> None:
    workflow = ask.CreateWorkflow(payload=ask.NewWorkflow(title="x", position=-1))
    assert ">= 0" in plan.refusal(workflow)
    card = ask.CreateCard(
        target_ref=ask.ActivityTarget(workflow_activity_id="w1a1"),
        payload=ask.NewCard(title="x", priority=7),
    )
    assert "<= 4" in plan.refusal(card)
    fine = msgspec.structs.replace(card, payload=ask.NewCard(title="x", priority=4, id="typed"))
    plan.apply(fine)
    assert plan.order(Card, workflow_activity_id="w1a1")[-1] == "typed"


def test_decoding_gives_back_what_was_written() -> None:
    written = request("createCard", in_activity("w1a1"), "k", title="x", status="todo")
    action = decode(written)
    assert isinstance(action, ask.CreateCard)
    assert action.payload.title == "x"
    assert decode(msgspec.to_builtins(action)) == action


def test_an_unknown_project_is_refused(plan: Plan) -> None:
    for requests in ([], [request("createWorkflow", title="x")]):
        with pytest.raises(ActionRefused, match="There is no project nobody"):
            plan.planner.apply("nobody", requests)
    for take_back in (plan.planner.undo, plan.planner.redo):
        with pytest.raises(ActionRefused, match="There is no project nobody"):
            take_back("nobody")


# --- scripts


def test_read_script_takes_one_action_a_list_or_a_document() -> None:
    one = b'{"action_type": "deleteCard", "target_ref": {"card_id": "c"}}'
    action = msgspec.json.decode(one)
    assert read_script(one).actions == [action]
    assert read_script(b"[" + one + b"]").actions == [action]
    script = read_script(b'{"actions": [' + one + b'], "expected_sequence": 3}')
    assert (script.actions, script.expected_sequence) == ([action], 3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'["\xff"]', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"5", "not a script of planning actions"),
        (b'{"actions": 5}', "not a script of planning actions: Expected `array`"),
        (b'{"actions": [], "expected_sequence": -1}', ">= 0"),
        (b'{"actions": [], "expected_sequence": 99999999999999999999}', "not a script"),
        (b'{"actions": [], "extra": 1}', "unknown field `extra`"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
    ],
)
def test_read_script_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(Exception, match=reason) as refused:
        read_script(data)
    assert type(refused.value).__name__ == "Refused"


# --- batches


def test_what_one_action_makes_the_next_can_name(plan: Plan) -> None:
    result = plan.apply(
        request("createWorkflow", id="n", title="New"),
        request("createActivity", {"workflow_id": "n"}, id="na", title="New"),
        request("createCard", in_activity("na"), id="nc", title="New"),
        request("createContextArtifact", on("nc"), id="nx", name="x", type="doc", content="x"),
        request("upsertCardPlannedFile", on("nc"), **{**FILE, "id": "nf"}),
        request("approveCardPlannedFile", on("nc"), id="nf"),
        request("upsertCardKnowledgeItem", on("nc"), kind="question", id="nq", text="Why?"),
        request("setCardKnowledgeStatus", on("nc"), kind="question", id="nq", status="approved"),
        request("moveCard", on("nc"), workflow_activity_id="w1a1", position=0),
        request("reorderCard", on("nc"), position=2),
        request("deleteActivity", in_activity("na")),
    )
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c1", "w1a1c2", "nc", "w1a1c3"]
    first = plan.project.action_sequence - 10
    assert [told.sequence for told in result.actions] == [*range(first, first + 11)]
    assert result.sequence == plan.project.action_sequence
    assert {row.batch_id for row in plan.log()[-11:]} == {result.batch_id}
    assert result.message == "11 changes, the last: delete activity “New”"


def test_what_a_batch_knows_of_siblings_stays_true(plan: Plan) -> None:
    def card(activity_id: str, card_id: str) -> dict[str, Any]:
        return request("createCard", in_activity(activity_id), id=card_id, title="x")

    plan.apply(
        request("createActivity", {"workflow_id": "w1"}, id="n", title="New"),
        card("n", "n1"),
        card("n", "n2"),
        card("w1a1", "last"),
        request("moveCard", on("w1a1c1"), workflow_activity_id="n", position=1),
        card("w1a1", "laster"),
        request("deleteCard", on("w2a1c1")),
        card("n", "n3"),
        request("moveCard", on("n1"), workflow_activity_id="w2a1", position=0),
        card("w2a1", "lastest"),
        request("reorderCard", on("n3"), position=0),
        card("n", "n4"),
    )
    assert plan.order(Card, workflow_activity_id="n") == ["n3", "w1a1c1", "n2", "n4"]
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c2", "w1a1c3", "last", "laster"]
    assert plan.order(Card, workflow_activity_id="w2a1") == ["n1", "w2a1c2", "w2a1c3", "lastest"]


def test_what_an_action_deleted_the_next_can_not_name(plan: Plan) -> None:
    gone = request("deleteActivity", in_activity("w1a1"))
    for after in (
        request("createCard", in_activity("w1a1"), title="x"),
        request("updateCard", on("w1a1c1"), title="x"),
        request("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", text="x"),
    ):
        known = request("upsertCardKnowledgeItem", on("w1a1c1"), kind="question", text="first")
        assert plan.refusal(known, gone, after).startswith("This project has no ")


def test_a_batch_is_all_or_nothing_and_only_the_refused_action_is_recorded(plan: Plan) -> None:
    sequence, events = plan.project.action_sequence, plan.db.count(EventLog)
    with pytest.raises(ActionRefused) as refused:
        plan.apply(
            request("createWorkflow", id="n", title="New"),
            request("deleteCard", on("w1a1c1")),
            request("updateCard", on("nobody"), key="k", title="x"),
            request("createWorkflow", title="Never looked at"),
        )
    assert (refused.value.index, refused.value.reason) == (2, "This project has no card nobody.")
    assert plan.db.get(Workflow, "n") is None
    assert plan.db.get(Card, "w1a1c1") is not None
    assert plan.project.action_sequence == sequence
    assert plan.db.count(EventLog) == events
    (row,) = plan.rejected()
    assert row.action_type == "updateCard"
    assert (row.target_ref, row.payload) == ({"card_id": "nobody"}, {"title": "x"})
    assert row.rejection_reason == "This project has no card nobody."
    assert (row.sequence, row.idempotency_key, row.inverse) == (None, None, None)


def test_refusals_last_and_leave_no_gap(plan: Plan, database_path: Path) -> None:
    plan.refusal(request("createWorkflow", title=" "))
    plan.act("createWorkflow", id="n", title="New")
    with opened(database_path) as again:
        rows = again.actions_between(plan.project_id, limit=1000)
        assert [row.sequence for row in rows] == [*range(1, len(rows) + 1)]
        assert again.count(PlanningAction, validation_status="rejected") == 1
        assert again.get(Workflow, "n") is not None


def test_an_empty_batch_does_nothing(plan: Plan) -> None:
    before = plan.log()
    result = plan.apply()
    assert (result.actions, result.message) == ((), "Nothing to change")
    assert result.sequence == plan.project.action_sequence
    assert plan.log() == before


# --- idempotency


def test_the_same_key_acts_once(plan: Plan, database_path: Path) -> None:
    first = plan.act("createCard", in_activity("w1a1"), "once", title="One")
    before, log = plan.dump(), plan.log()
    again = plan.act("createCard", in_activity("w1a1"), "once", title="Other words")
    assert again == msgspec.structs.replace(first, replayed=True)
    assert (plan.dump(), plan.log()) == (before, log)
    with opened(database_path) as db:
        plan.db = db
        plan.planner = plan.as_actor("ben")
        assert plan.act("deleteCard", on("w1a1c1"), "once") == again
        assert plan.dump() == before


def test_a_key_is_replayed_inside_a_batch(plan: Plan) -> None:
    plan.act("createCard", in_activity("w1a1"), "once", id="one", title="One")
    sequence = plan.project.action_sequence
    result = plan.apply(
        request("createCard", in_activity("w1a1"), "twice", id="two", title="Two"),
        request("createCard", in_activity("w1a1"), "once", id="one", title="One"),
        request("createCard", in_activity("w1a1"), "twice", id="two", title="Two"),
        request("createCard", in_activity("w1a1"), "thrice", id="three", title="Three"),
    )
    assert [told.replayed for told in result.actions] == [False, True, True, False]
    assert [told.sequence - sequence for told in result.actions] == [1, 0, 1, 2]
    assert plan.project.action_sequence == sequence + 2
    assert result.message == "2 changes, the last: create card #15 “Three”"


def test_a_refused_action_does_not_burn_its_key(plan: Plan) -> None:
    plan.refusal(request("createCard", in_activity("nobody"), "k", title="x"))
    plan.refusal(
        request("createCard", in_activity("w1a1"), "j", title="x"), request("createCard", None, "l")
    )
    for key in "kj":
        assert not plan.act("createCard", in_activity("w1a1"), key, title="x").replayed


def test_keys_are_a_projects_own(plan: Plan, other: Plan) -> None:
    plan.act("createWorkflow", None, "k", title="Ours")
    assert not other.act("createWorkflow", None, "k", title="Theirs").replayed


def test_a_key_stays_known_once_its_action_is_undone(plan: Plan) -> None:
    plan.act("createWorkflow", None, "k", id="n", title="New")
    plan.undo()
    assert plan.act("createWorkflow", None, "k", id="n", title="New").replayed
    assert plan.db.get(Workflow, "n") is None


# --- expected_sequence and dry runs


def test_a_stale_expected_sequence_is_a_conflict_that_names_what_changed(plan: Plan) -> None:
    seen = plan.project.action_sequence
    plan.as_actor("ben").apply(
        plan.project_id, [request("moveCard", on("w1a1c1"), workflow_activity_id="w2a1")]
    )
    before, rejected = plan.dump(), plan.rejected()
    with pytest.raises(SequenceConflict) as conflict:
        plan.apply(request("deleteCard", on("w1a1c1")), expected_sequence=seen)
    assert conflict.value.reason == (
        f"The map has changed since sequence {seen}: ben: move card #1 “Card 1.1.1”. "
        "Look at it again and plan anew."
    )
    assert (plan.dump(), plan.rejected()) == (before, rejected)
    plan.apply(request("deleteCard", on("w1a1c1")), expected_sequence=seen + 1)


def test_an_expected_sequence_from_the_future_is_a_conflict(plan: Plan) -> None:
    with pytest.raises(SequenceConflict, match="it never was there"):
        plan.apply(expected_sequence=999)


def test_undo_counts_as_a_change(plan: Plan) -> None:
    seen = plan.project.action_sequence
    plan.undo()
    with pytest.raises(SequenceConflict, match="ana: undo “"):
        plan.apply(request("createWorkflow", title="x"), expected_sequence=seen)


def test_a_dry_run_tells_all_and_leaves_no_trace(plan: Plan, database_path: Path) -> None:
    before, log, project = plan.dump(), plan.log(), plan.project
    events, bytes_before = plan.db.list(EventLog), database_path.stat().st_size
    actions = (
        request("createCard", in_activity("w1a1"), "k", id="n", title="New"),
        request("deleteWorkflow", {"workflow_id": "w2"}),
    )
    dry = plan.apply(*actions, dry_run=True)
    assert [told.result["title"] for told in dry.actions] == ["New", "Workflow 2"]
    assert dry.sequence == project.action_sequence + 2
    assert (plan.dump(), plan.log(), plan.project) == (before, log, project)
    assert plan.db.list(EventLog) == events
    assert database_path.stat().st_size == bytes_before
    wet = plan.apply(*actions)
    assert wet.sequence == dry.sequence
    assert [told.result for told in wet.actions] == [told.result for told in dry.actions]


def test_a_dry_run_refuses_without_recording(plan: Plan) -> None:
    plan.refusal(request("deleteCard", on("nobody")), dry_run=True)
    plan.refusal(request("createWorkflow", id="w1", title="x"), dry_run=True)
    assert plan.rejected() == []


# --- card numbers


def test_card_numbers_are_never_used_again(plan: Plan) -> None:
    def make() -> int:
        return plan.act("createCard", in_activity("w1a1"), title="x").result["number"]

    assert make() == 13
    plan.undo()
    assert make() == 14
    plan.act("deleteCard", on("w2a2c3"))
    assert make() == 15
    plan.refusal(
        request("createCard", in_activity("w1a1"), title="x"), request("deleteCard", on("nobody"))
    )
    plan.apply(request("createCard", in_activity("w1a1"), title="x"), dry_run=True)
    assert make() == 16
    plan.undo()
    plan.redo()
    assert make() == 17
    numbers = [card.number for card in plan.db.list(Card)]
    assert len(set(numbers)) == len(numbers)


# --- positions that other programs left


def test_gaps_and_doubles_left_by_other_programs_are_mended_by_the_next_action(plan: Plan) -> None:
    for number, position in ((1, 7), (2, 7), (3, 40)):
        plan.db.update(Card, f"w1a1c{number}", position=position)
        plan.db.update(Card, f"w2a1c{number}", position=-number)
    before = plan.dump()
    plan.act("moveCard", on("w1a1c2"), workflow_activity_id="w2a1", position=1)
    assert plan.order(Card, workflow_activity_id="w1a1") == ["w1a1c1", "w1a1c3"]
    assert plan.order(Card, workflow_activity_id="w2a1") == ["w2a1c3", "w1a1c2", "w2a1c2", "w2a1c1"]
    plan.undo()
    assert plan.dump() == before


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (request("reorderCard", on("w1a1c3"), position=0), ["w1a1c3", "w1a1c1", "w1a1c2"]),
        (request("reorderCard", on("w1a1c1"), position=1), ["w1a1c2", "w1a1c1", "w1a1c3"]),
        (request("deleteCard", on("w1a1c1")), ["w1a1c2", "w1a1c3"]),
        (
            request("createCard", in_activity("w1a1"), id="n", title="x", position=1),
            ["w1a1c1", "n", "w1a1c2", "w1a1c3"],
        ),
    ],
)
def test_each_action_on_siblings_mends_them(
    plan: Plan, written: dict[str, Any], order: list[str]
) -> None:
    for number in (1, 2, 3):
        plan.db.update(Card, f"w1a1c{number}", position=5)
    before = plan.dump()
    plan.apply(written)
    assert plan.order(Card, workflow_activity_id="w1a1") == order
    plan.undo()
    assert plan.dump() == before


# --- runs


def test_deleting_a_built_card_keeps_its_events_and_undo_restores_its_runs(plan: Plan) -> None:
    db = plan.db
    ids = {"project_id": plan.project_id, "card_id": "w1a1c1"}
    from store import records

    run = [
        example(records.SystemPolicyProfile, project_id=plan.project_id),
        example(records.OrchestrationRun, **ids, workflow_id=None, status="completed"),
        example(records.CardAssignment, card_id="w1a1c1"),
        *(
            example(table)
            for table in (
                records.AgentExecution,
                records.AgentCommit,
                records.RunCheck,
                records.PullRequestCandidate,
                records.ApprovalRequest,
            )
        ),
        example(records.EventLog, id="e1", project_id=plan.project_id),
        example(records.EventLog, id="e2", project_id=plan.project_id),
        example(records.EventLog, id="e3", project_id=plan.project_id, run_id=None),
    ]
    db.insert_many(run)
    tables = {type(row) for row in run}

    def everything() -> dict[str, list[Any]]:
        held = {table.TABLE: db.list(table) for table in tables}
        held["event_log"] = [e for e in held["event_log"] if e.event_type == "run.queued"]
        return held

    before = everything()
    for _ in range(2):
        plan.act("deleteActivity", in_activity("w1a1"))
        assert db.count(records.OrchestrationRun) == db.count(records.CardAssignment) == 0
        assert db.count(records.AgentCommit) == 0
        events = db.list(EventLog, event_type="run.queued")
        assert [(event.id, event.run_id) for event in events] == [
            ("e1", None),
            ("e2", None),
            ("e3", None),
        ]
        plan.undo()
        assert everything() == before
        plan.redo()
        assert db.count(records.OrchestrationRun) == 0
        plan.undo()
        assert everything() == before


# --- words


def test_describe_says_what_an_action_did(plan: Plan) -> None:
    plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w2a1")
    assert describe(plan.log()[-1]) == "move card #1 “Card 1.1.1”"
    plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="known_fact", text="So  it\nis.")
    assert describe(plan.log()[-1]) == "add known fact “So it is.”"
    plan.act("updateProject", name="Globe")
    assert describe(plan.log()[-1]) == "change project “Globe”"
    plan.refusal(request("deleteCard", on("nobody")))
    assert describe(plan.rejected()[-1]) == "delete card"


def test_undo_and_redo_say_what_and_whose(plan: Plan) -> None:
    plan.as_actor("ben").apply(plan.project_id, [request("deleteCard", on("w1a1c1"))])
    assert plan.undo().message == "Undid: delete card #1 “Card 1.1.1” by ben"
    assert describe(plan.log()[-1]) == "undo “delete card #1 “Card 1.1.1””"
    assert plan.as_actor("ben").redo(plan.project_id).message == (
        "Redid: delete card #1 “Card 1.1.1”"
    )


def test_every_action_type_has_words(plan: Plan) -> None:
    for action_type in BY_TYPE:
        row = example(PlanningAction, action_type=action_type, result={"title": "T"})
        assert action_type not in describe(row)


def test_long_titles_are_clipped_in_messages_and_results_alone(plan: Plan) -> None:
    title = "word " * 2000
    told = plan.act("createCard", in_activity("w1a1"), id="n", title=title)
    assert len(told.result["title"]) == 200
    assert len(describe(plan.log()[-1])) < 90
    card = plan.db.get(Card, "n")
    assert card is not None
    assert card.title == title
    assert clipped("a\n b", 3) == "a b"
    assert clipped("abcd", 3) == "ab…"


# --- what a log from elsewhere can't do


def test_an_action_without_an_inverse_can_not_be_undone(plan: Plan) -> None:
    last = plan.log()[-1]
    plan.db.update(PlanningAction, last.id, inverse=None)
    before = plan.dump()
    with pytest.raises(ActionRefused, match="kept no way back"):
        plan.undo()
    assert plan.dump() == before


def test_undo_refuses_when_the_map_was_changed_behind_the_log(plan: Plan) -> None:
    plan.act("updateCard", on("w1a1c1"), title="New")
    plan.db.delete(Card, "w1a1c1")
    before = plan.dump()
    with pytest.raises(ActionRefused, match="changed outside the action log: There is no card"):
        plan.undo()
    assert plan.dump() == before
    assert plan.db.get(Project, plan.project_id) == plan.project


def test_nothing_to_undo_or_redo(db: DbAdapter) -> None:
    empty = Plan(db)
    with pytest.raises(ActionRefused, match="There is nothing to undo"):
        empty.undo()
    with pytest.raises(ActionRefused, match="There is nothing to redo"):
        empty.redo()
    assert empty.log() == []


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_a_moment_that_never_was_is_refused(plan: Plan, field: str) -> None:
    moment = "2026-13-45T08:00:00.000Z"
    made = request("createCard", in_activity("w1a1"), title="x", **{field: moment})
    with pytest.raises(ActionRefused, match="is not a moment in time"):
        plan.apply(made)
    changed = request("updateCard", on("w1a1c1"), **{field: moment})
    with pytest.raises(ActionRefused, match="is not a moment in time"):
        plan.apply(changed)

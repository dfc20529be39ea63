"""JSON into a project that is there: what changed there since both knew the same, and nothing else."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from planner.actions import BatchResult
from planner.batch import new_id
from planner.errors import ActionRefused
from planner.exporters.json import export_json
from planner.importers.json import read_json
from planner.importers.restoring import import_documents
from planner.importers.rows_writing import RowsReport
from planner.importers.wanted import ImportRefused
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    CardRequirement,
    EventLog,
    OrchestrationRun,
    Project,
    SystemPolicyProfile,
    Workflow,
    WorkflowActivity,
)
from tests.planner import any_actions
from tests.planner.plans import Plan, in_activity, on, opened, request
from tests.planner.runs.run_rows import add_run
from tests.store.rows import example


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[tuple[Plan, Plan]]:
    """Give a plan, and what another database imported of it."""
    with opened(tmp_path / "plan.db") as db, opened(tmp_path / "other.db") as other:
        plan = Plan(db)
        plan.build(2, 2, 2)
        plan.act("upsertCardKnowledgeItem", on("w1a1c1"), kind="requirement", id="r", text="One.")
        bring(other, plan)
        yield plan, twin(plan, other)


def twin(plan: Plan, db: DbAdapter) -> Plan:
    """Return the plan as it is in another database, where ben works."""
    other = type(plan).__new__(type(plan))
    other.__dict__ |= {**plan.__dict__, "db": db, "new_id": new_id}
    other.planner = other.as_actor("ben")
    return other


def bring(db: DbAdapter, plan: Plan, name: str | None = None) -> RowsReport:
    data = b"".join(export_json(plan.db, plan.project))
    (report,) = import_documents(db, read_json(data), project_name=name, clock=plan.clock)
    return report


def actions(report: RowsReport) -> int:
    assert report.plan is not None
    return report.plan.actions


def title(plan: Plan, card_id: str) -> str:
    card = plan.db.get(Card, card_id)
    assert card is not None
    return card.title


def test_only_what_changed_there_is_changed_here(plans: tuple[Plan, Plan]) -> None:
    plan, here = plans
    before = here.dump()
    assert actions(bring(here.db, plan)) == 0
    here.act("updateCard", on("w1a1c1"), title="Mine")
    here.act("updateCard", on("w1a1c2"), title="Mine, too", priority=3)
    here.act("deleteCard", on("w1a2c1"))
    here.act("createCard", in_activity("w1a2"), id="mine", title="New here")
    assert actions(bring(here.db, plan)) == 0
    assert here.dump() != before

    plan.apply(
        request("updateCard", on("w1a1c2"), title="Theirs"),
        request("updateCard", on("w1a2c1"), title="Gone here"),
        request("createWorkflow", id="w3", title="Theirs"),
        request("createActivity", {"workflow_id": "w3"}, id="w3a1", title="Step", color="pink"),
        request("createCard", in_activity("w3a1"), id="theirs", title="New", status="review"),
        request("upsertCardKnowledgeItem", on("theirs"), kind="question", text="Why?"),
        request("deleteCardKnowledgeItem", on("w1a1c1"), kind="requirement", id="r"),
        request("moveCard", on("w2a1c1"), workflow_activity_id="w2a2"),
        request("createContextArtifact", on("theirs"), id="x", name="x", type="doc", content="x"),
        request("deleteCard", on("w2a2c2")),
    )
    report = bring(here.db, plan)
    assert report.plan is not None
    assert not report.project_made
    assert (title(here, "w1a1c1"), title(here, "w1a1c2")) == ("Mine", "Theirs")
    assert (report.plan.overwritten, report.plan.left_alone) == (1, ("Card 1.2.1",))
    assert report.plan.no_longer_there == ("Card 2.2.2",)
    assert here.db.get(Card, "w1a2c1") is None
    new, moved = here.db.get(Card, "theirs"), here.db.get(Card, "w2a1c1")
    assert new is not None
    assert moved is not None
    assert (new.status, moved.workflow_activity_id) == ("review", "w2a2")
    assert not here.db.count(CardRequirement, card_id="w1a1c1")
    assert here.log()[-1].actor == "import json"
    assert actions(bring(here.db, plan)) == 0

    # What was imported is brought back, and the other knows it as its own.
    back = bring(plan.db, here)
    assert (title(plan, "w1a1c1"), title(plan, "w1a1c2")) == ("Mine", "Theirs")
    assert plan.db.get(Card, "mine") is not None
    assert actions(bring(plan.db, here)) == 0
    assert back.plan is not None
    assert actions(bring(here.db, plan)) == 0
    here.undo()
    assert title(here, "w1a1c2") == "Mine, too"


def test_what_is_below_something_deleted_here_is_not_made(plans: tuple[Plan, Plan]) -> None:
    plan, here = plans
    here.act("deleteActivity", in_activity("w1a1"))
    here.act("deleteWorkflow", {"workflow_id": "w2"})
    plan.apply(
        request("createCard", in_activity("w1a1"), id="n1", title="New"),
        request("createActivity", {"workflow_id": "w2"}, id="n2", title="New"),
        request("createCard", in_activity("n2"), id="n3", title="New"),
        request("updateWorkflow", {"workflow_id": "w2"}, title="Else"),
        request("updateActivity", in_activity("w1a1"), title="Else"),
        request("moveCard", on("w1a2c1"), workflow_activity_id="w1a1"),
        request("updateCard", on("w1a2c1"), title="Moved"),
    )
    report = bring(here.db, plan)
    assert title(here, "w1a2c1") == "Moved"
    assert [one.path for one in report.skipped] == ["card n1", "card n3"]
    assert here.db.count(Workflow) == here.db.count(WorkflowActivity) == 1
    assert actions(bring(here.db, plan)) == 0


def test_runs_and_events_that_are_missing_are_added(plans: tuple[Plan, Plan]) -> None:
    plan, here = plans
    over = add_run(plan, "w1a1c1", status=BuildState.COMPLETED)
    add_run(plan, "w1a1c2", status=BuildState.RUNNING)
    lost = add_run(plan, "w1a2c1", status=BuildState.FAILED)
    plan.db.insert(
        example(AgentExecution, assignment_id=plan.db.list(CardAssignment, run_id=over)[0].id)
    )
    for name in (over, lost):
        plan.db.insert(example(EventLog, id=f"of {name}", project_id=plan.project_id, run_id=name))
    here.act("deleteCard", on("w1a2c1"))
    here.db.insert(SystemPolicyProfile(id="mine", project_id=here.project_id))
    report = bring(here.db, plan)
    assert report.added == {
        "orchestration_run": 1,
        "card_assignment": 1,
        "agent_execution": 1,
        "event_log": 2,
    }
    assert [one.reason for one in report.skipped] == [
        "1 are not over; import again once they are",
        "1 built cards or workflows that were deleted here",
    ]
    assert here.db.list(OrchestrationRun)[0].system_policy_profile_id == "mine"
    assert here.db.list(EventLog, id=f"of {lost}")[0].run_id is None
    assert bring(here.db, plan).added == {}


def test_a_project_of_the_same_name_gets_what_it_lacks(plans: tuple[Plan, Plan]) -> None:
    plan, here = plans
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "third.db") as db:
        third = Plan(db)
        db.insert(example(Project, id="p3", name="Third"))
        bring(db, plan, "Third")
        assert db.count(Card) == 8
        assert actions(bring(db, plan, "Third")) == 0
        third.act("createWorkflow", title="Another")
        with pytest.raises(ImportRefused):
            bring(db, plan, third.project.name)
    with pytest.raises(ImportRefused, match="has a row with this id"):
        bring(here.db, plan, "Copy")


@settings(max_examples=8, phases=[Phase.generate])
@given(*[st.lists(any_actions.batches, max_size=6)] * 3)
def test_whatever_was_done_on_both_sides(first: Any, there: Any, here: Any) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder) / "plan.db") as db,
        opened(Path(folder) / "other.db") as other,
    ):
        plan = Named(db)
        any_actions.seed(plan)
        do(plan, first)
        bring(other, plan)
        twinned = twin(plan, other)
        do(plan, there)
        do(twinned, here)
        done = actions(bring(other, plan))
        assert actions(bring(other, plan)) == 0
        if done:
            twinned.undo()
            bring(other, plan)
            assert actions(bring(other, plan)) == 0


class Named(Plan):
    """A plan in which no two things have one id: those of the strategies are by kind."""

    def apply(self, *requests: Any, **options: Any) -> BatchResult:
        return super().apply(*map(self.named, requests), **options)

    def named(self, asked: Any) -> Any:
        payload = asked.get("payload", {})
        kind = (
            "question" if asked.get("action_type") == "answerCardQuestion" else payload.get("kind")
        )
        if kind is None or "id" not in payload:
            return asked
        return {**asked, "payload": {**payload, "id": f"{kind}-{payload['id']}"}}


def do(plan: Plan, batches: Any) -> None:
    for batch in batches:
        with contextlib.suppress(ActionRefused):
            plan.apply(*batch)

"""What is being built can't be deleted, whichever way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import ActionRefused, Refused
from planner.projects import delete_project
from planner.runs.states import set_run
from store.records import BuildState, Card, OrchestrationRun
from tests.planner.plans import Plan, in_activity, on, opened, request
from tests.planner.runs.run_rows import add_run


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def test_what_is_being_built_is_not_deleted(plan: Plan) -> None:
    of_card = add_run(plan, "w1a1c2")
    of_workflow = add_run(plan, "w2a1c1", "w2a2c3", workflow_id="w2")
    card, workflow = "#2 is being built: cancel its run first.", {"workflow_id": "w1"}
    assert plan.refusal(request("deleteCard", on("w1a1c2"))) == card
    assert plan.refusal(request("deleteActivity", in_activity("w1a1"))) == card
    assert plan.refusal(request("deleteWorkflow", workflow)) == card
    alone = plan.refusal(request("deleteCard", on("w2a1c1")))
    assert alone == "#7 is being built: cancel its run first."
    both = "#7, #12 are being built: cancel their runs first."
    assert plan.refusal(request("deleteWorkflow", {"workflow_id": "w2"})) == both
    with pytest.raises(ActionRefused, match="The undo can't be done: #12 is being"):
        plan.undo()  # would take the whole map away
    with pytest.raises(Refused, match="being built"):
        delete_project(plan.db, plan.project_id, "ana")

    set_run(plan.db, of_card, BuildState.FAILED, actor="supervisor", reason="no")
    set_run(plan.db, of_workflow, BuildState.CANCELLED, actor="ana")
    plan.act("deleteCard", on("w1a1c2"))
    assert plan.db.get(OrchestrationRun, of_card) is None
    plan.undo()
    assert plan.db.get(OrchestrationRun, of_card) is not None
    assert plan.db.get(Card, "w1a1c2") is not None
    delete_project(plan.db, plan.project_id, "ana")

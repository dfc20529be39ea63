"""How far a run is travels to its row, its event, its cards and its workflow at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.runs.open_runs import open_run_of_card
from planner.runs.states import set_assignment, set_run
from store.adapter import DbAdapter
from store.errors import RowMissing
from store.records import (
    ApprovalRequest,
    ApprovalType,
    BuildState,
    Card,
    CardAssignment,
    CardStatus,
    EventLog,
    OrchestrationRun,
    RunStep,
    WaitsFor,
    Workflow,
)
from tests.planner.plans import Plan, opened
from tests.planner.runs.run_rows import add_run, told

FIRST = "w1a1c1"
SECOND = "w1a1c2"


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build()
        yield plan


def _card(db: DbAdapter, card_id: str = FIRST) -> Card:
    card = db.get(Card, card_id)
    assert card is not None
    return card


def test_a_card_shows_how_far_its_assignment_is(plan: Plan) -> None:
    db, run_id = plan.db, add_run(plan, FIRST)
    assignment = f"{run_id}/{FIRST}"
    found = open_run_of_card(db, FIRST)
    assert found is not None
    assert found.id == run_id
    assert open_run_of_card(db, SECOND) is None

    set_run(db, run_id, BuildState.RUNNING, actor="supervisor")
    for step in (RunStep.PREPARING, RunStep.AGENT, RunStep.AGENT):
        set_assignment(db, assignment, BuildState.RUNNING, actor="supervisor", step=step)
    card = _card(db)
    assert (card.build_state, card.status) == (BuildState.RUNNING, CardStatus.ACTIVE)
    assert told(db, run_id) == ["run.started", "assignment.running", "assignment.running"]

    db.update(Card, FIRST, status=CardStatus.TODO)  # a person's own; a step is no reason to change
    set_assignment(db, assignment, BuildState.RUNNING, actor="supervisor", step=RunStep.COLLECTING)
    assert _card(db).status is CardStatus.TODO

    why = "Which one?"
    asks = {"actor": "supervisor", "waits_for": WaitsFor.ANSWERS, "reason": why}
    set_assignment(db, assignment, BuildState.BLOCKED, **asks)  # type: ignore[arg-type]
    set_run(db, run_id, BuildState.BLOCKED, **asks)  # type: ignore[arg-type]
    card = _card(db)
    assert (card.build_state, card.status) == (BuildState.BLOCKED, CardStatus.QUESTIONS)
    event = db.list(EventLog, run_id=run_id, event_type="assignment.blocked")[0]
    assert event.payload == {
        "assignment_id": assignment,
        "card_id": FIRST,
        "number": 1,
        "title": "Card 1.1.1",
        "waits_for": "answers",
        "reason": why,
    }

    set_run(db, run_id, BuildState.QUEUED, actor="ana")
    db.update(CardAssignment, assignment, head_commit="beef")
    set_assignment(db, assignment, BuildState.COMPLETED, actor="supervisor")
    waits = WaitsFor.APPROVAL
    set_run(db, run_id, BuildState.BLOCKED, actor="supervisor", waits_for=waits)
    card = _card(db)
    assert (card.build_state, card.status) == (BuildState.COMPLETED, CardStatus.REVIEW)
    assert card.last_build_ref == "beef"
    assert card.last_built_at is not None
    assert told(db, run_id)[-3:] == ["run.resumed", "assignment.completed", "run.blocked"]

    set_run(db, run_id, BuildState.COMPLETED, actor="ana")
    assert _card(db).status is CardStatus.PRODUCTION
    run = db.get(OrchestrationRun, run_id)
    assert run is not None
    assert run.started_at is not None
    assert run.ended_at is not None
    assert open_run_of_card(db, FIRST) is None
    before = db.count(EventLog)
    set_run(db, run_id, BuildState.COMPLETED, actor="ana")
    assert db.count(EventLog) == before
    plan.undo()  # the plan's last change; nothing that the run has done
    assert db.get(Card, FIRST) is None


def test_cancelling_puts_cards_back_and_withdraws_what_was_asked(plan: Plan) -> None:
    db = plan.db
    db.update(Card, SECOND, status=CardStatus.REVIEW)
    run_id = add_run(plan, FIRST, SECOND, workflow_id="w1")
    built = f"{run_id}/{FIRST}"
    set_run(db, run_id, BuildState.RUNNING, actor="supervisor")
    for card_id in (FIRST, SECOND):
        set_assignment(
            db, f"{run_id}/{card_id}", BuildState.RUNNING, actor="supervisor", step=RunStep.AGENT
        )
    workflow = db.get(Workflow, "w1")
    assert workflow is not None
    assert workflow.build_state is BuildState.RUNNING
    set_assignment(db, built, BuildState.COMPLETED, actor="supervisor")
    db.insert(
        ApprovalRequest(
            id="asked",
            run_id=run_id,
            approval_type=ApprovalType.CREATE_PR,
            requested_by="supervisor",
            requested_at="2026-01-31T08:00:00.000Z",
        )
    )
    set_run(db, run_id, BuildState.CANCELLED, actor="ana")
    first, second = _card(db), _card(db, SECOND)
    assert (first.status, first.build_state) == (CardStatus.TODO, BuildState.CANCELLED)
    assert (second.status, second.build_state) == (CardStatus.REVIEW, BuildState.CANCELLED)
    states = [one.status for one in db.list(CardAssignment, run_id=run_id)]
    assert states == [BuildState.COMPLETED, BuildState.CANCELLED]
    asked = db.get(ApprovalRequest, "asked")
    assert asked is not None
    assert (asked.status, asked.resolved_by) == ("rejected", "ana")
    workflow = db.get(Workflow, "w1")
    assert workflow is not None
    assert workflow.build_state is BuildState.CANCELLED


def test_an_older_run_says_nothing_about_a_card_that_a_newer_one_builds(plan: Plan) -> None:
    db, older = plan.db, add_run(plan, FIRST, status=BuildState.FAILED)
    newer = add_run(plan, FIRST)
    assignment = f"{newer}/{FIRST}"
    set_assignment(db, assignment, BuildState.RUNNING, actor="supervisor", step=RunStep.AGENT)
    set_run(db, older, BuildState.CANCELLED, actor="ana")
    card = _card(db)
    assert (card.status, card.build_state) == (CardStatus.ACTIVE, BuildState.RUNNING)


def test_a_run_that_is_gone_is_told_and_a_reason_is_kept_short(plan: Plan) -> None:
    with pytest.raises(RowMissing, match="deleted"):
        set_run(plan.db, "gone", BuildState.FAILED, actor="supervisor")
    with pytest.raises(RowMissing, match="deleted"):
        set_assignment(plan.db, "gone", BuildState.FAILED, actor="supervisor")
    run_id = add_run(plan, FIRST)
    long = "no" * 10_000
    run = set_run(plan.db, run_id, BuildState.FAILED, actor="supervisor", reason=long)
    assert run.reason is not None
    assert len(run.reason) == 2_000
    set_run(plan.db, run_id, BuildState.FAILED, actor="supervisor", reason=long)
    assert told(plan.db, run_id) == ["run.failed"]

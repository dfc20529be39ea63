"""Runs as they are read for a list, one of them whole, and by what people call it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.errors import Refused
from planner.runs.reads import count_waiting, find_run, read_assignment, read_run, read_runs
from store.adapter import DbAdapter
from store.open import open_store
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    Card,
    CardAssignment,
    OrchestrationRun,
    RunCheck,
    WaitsFor,
)
from store.run_reads import COUNT_WAITING_RUNS
from tests.store.fresh import migrated
from tests.store.rows import example, full_plan


@pytest.fixture
def db(tmp_path: Path) -> Iterator[DbAdapter]:
    path = tmp_path / "plan.db"
    path.write_bytes(migrated())
    db = open_store(path)
    with db.connection():
        db.insert_many(full_plan())
        yield db


def add_workflow_run(db: DbAdapter, name: str, cards: int, **values: Any) -> None:
    db.insert(example(OrchestrationRun, id=name, scope="workflow", card_id=None, **values))
    for n in range(cards):
        card = f"{name}-card{n}"
        db.insert(example(Card, id=card, number=None, title=f"Card {n}"))
        db.insert(example(CardAssignment, id=f"{name}-a{n}", run_id=name, card_id=card, sequence=n))
        for turn in (2, 1):
            db.insert(
                example(
                    AgentExecution,
                    id=f"{name}-e{n}-{turn}",
                    assignment_id=f"{name}-a{n}",
                    turn=turn,
                    prompt=f"Turn {turn}",
                )
            )
        db.insert(example(AgentCommit, id=f"{name}-k{n}", assignment_id=f"{name}-a{n}"))
        db.insert(example(RunCheck, id=f"{name}-c{n}", run_id=name, assignment_id=f"{name}-a{n}"))
    db.insert(example(RunCheck, id=f"{name}-whole", run_id=name, assignment_id=None))
    db.insert(example(ApprovalRequest, id=f"{name}-asked", run_id=name))


def test_runs_are_read_with_all_below_them(db: DbAdapter) -> None:
    add_workflow_run(db, "w1", 2, created_at="2026-02-02T08:00:00.000Z", status="running")
    db.update(CardAssignment, "w1-a1", status="blocked", waits_for="answers")
    run, card_run = read_runs(db, "project-1")
    assert (run.id, run.title, run.number, run.is_open) == ("w1", "Sign up", None, True)
    assert [(a.id, a.number, a.title) for a in run.assignments] == [
        ("w1-a0", None, "Card 0"),
        ("w1-a1", None, "Card 1"),
    ]
    second = run.assignments[1]
    assert [e.turn for e in second.executions] == [1, 2]
    assert second.execution is not None
    assert (second.execution.turn, second.execution.prompt) == (2, None)
    assert [c.id for c in second.commits] == ["w1-k1"]
    assert [c.id for c in second.checks] == ["w1-c1"]
    assert [c.id for c in run.checks] == ["w1-whole"]
    assert [a.id for a in run.approvals] == ["w1-asked"]
    assert run.waits_for is WaitsFor.ANSWERS
    assert run.candidate is None
    assert (card_run.number, card_run.title) == (1, "Check the address")
    assert card_run.candidate is not None
    assert card_run.waits_for is None
    assert read_runs(db, "nobody") == ()


def test_what_is_over_is_read_once(db: DbAdapter) -> None:
    add_workflow_run(db, "over", 1, status="failed")
    add_workflow_run(db, "open", 1, status="running")
    before = {run.id: run for run in read_runs(db, "project-1")}
    db.update(CardAssignment, "open-a0", status="failed")
    after = {run.id: run for run in read_runs(db, "project-1", known=before)}
    assert after["over"] is before["over"]
    assert after["open"].assignments[0].assignment.status == "failed"
    db.update(OrchestrationRun, "over", status="running")
    db.update(CardAssignment, "over-a0", status="running")
    again = {run.id: run for run in read_runs(db, "project-1", known=after)}
    assert again["over"].assignments[0].assignment.status == "running"
    assert [*again] == [*after] == [*before]


def test_one_run_is_read_whole(db: DbAdapter) -> None:
    add_workflow_run(db, "w1", 1)
    run = read_run(db, "w1")
    assert run is not None
    assert run.run == db.get(OrchestrationRun, "w1")
    assert [e.prompt for e in run.assignments[0].executions] == ["Turn 1", "Turn 2"]
    assert run.assignments == (read_assignment(db, "w1-a0"),)
    assert read_run(db, "nobody") is None
    assert read_assignment(db, "nobody") is None


def test_reading_runs_costs_the_same_queries_however_many_there_are(db: Any) -> None:
    def asked() -> int:
        statements: list[str] = []
        connection = db._database.connection()
        connection.set_trace_callback(statements.append)
        try:
            read_runs(db, "project-1")
            count_waiting(db, "project-1")
        finally:
            connection.set_trace_callback(None)
        return len(statements)

    few = asked()
    for n in range(30):
        add_workflow_run(db, f"w{n}", 3)
    assert len(read_runs(db, "project-1")) == 31
    assert asked() == few <= 11


def test_a_run_is_found_by_its_id_or_a_part_that_no_other_has(db: DbAdapter) -> None:
    for name in ("0198-aaaa-111111", "0198-bbbb-222222", "0199-bbbb-333333"):
        db.insert(example(OrchestrationRun, id=name))
    assert find_run(db, "0198-aaaa-111111").id == "0198-aaaa-111111"
    assert find_run(db, " 0199 ").id == "0199-bbbb-333333"
    assert find_run(db, "222222").id == "0198-bbbb-222222"
    with pytest.raises(Refused, match="several runs") as refused:
        find_run(db, "0198-")
    assert "0198-aaaa-111111  #1 Check the address" in str(refused.value)
    assert "0199" not in str(refused.value)
    for name in ("", " ", "22", "%", "nobody", "\x00", "x" * 10_000, "-f"):
        with pytest.raises(Refused, match="There is no run"):
            find_run(db, name)


def test_waiting_runs_are_counted_by_index(db: Any) -> None:
    assert count_waiting(db, "project-1") == 0
    db.update(OrchestrationRun, "orchestration_run-1", status="failed")
    assert count_waiting(db, "project-1") == 1
    plan = db._rows(f"EXPLAIN QUERY PLAN {COUNT_WAITING_RUNS}", "project-1")
    told = "\n".join(row[3] for row in plan)
    assert "SCAN" not in told.replace("SCAN CONSTANT ROW", "")
    assert "INDEX orchestration_run_stopped " in told
    assert "INDEX orchestration_run_open " in told
    assert "orchestration_run_by_project" not in told

"""Starting a run: everything it needs is written down before anything is done."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.agents import AgentProfile, profile_from_json
from planner.runs.folders import RunFolders
from planner.runs.gate import Gated
from planner.runs.policy import Policy, policy_from_json, save_policy
from planner.runs.start import start_card_run, start_workflow_run
from planner.runs.supervisors import Beginning, Supervisors
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    CheckType,
    EventLog,
    OrchestrationRun,
    Workflow,
)
from tests.planner.plans import Plan, on
from tests.planner.runs.buildable import POLICY, buildable, call_git, make_repository
from tests.planner.runs.run_rows import told

AGENT = AgentProfile(name="scripted", command=("agent", "{report}"))
FIRST, SECOND, OTHER = "w1a1c1", "w1a2c1", "w2a1c1"


class Ensured(Supervisors):
    """Starts nothing; keeps what it would."""

    def __init__(self, root: Path, database: Path) -> None:
        super().__init__(RunFolders(root), str(database))
        self.asked: list[tuple[str, Beginning | None]] = []

    def ensure(self, run_id: str, beginning: Beginning | None = None) -> None:
        self.asked.append((run_id, beginning))


@pytest.fixture
def plan(database_path: Path, tmp_path: Path) -> Iterator[Plan]:
    make_repository(tmp_path / "a repository; $(rm)")
    with buildable(database_path, tmp_path / "a repository; $(rm)", (FIRST, SECOND, OTHER)) as plan:
        yield plan


@pytest.fixture
def supervisors(database_path: Path, tmp_path: Path) -> Ensured:
    return Ensured(tmp_path / "runs", database_path)


def _assignments(db: DbAdapter, run: OrchestrationRun) -> list[CardAssignment]:
    return db.list(CardAssignment, run_id=run.id)


def test_a_card_run_keeps_what_it_began_with(plan: Plan, supervisors: Ensured) -> None:
    db = plan.db
    plan.act("updateCard", on(FIRST), title="Sign in: «naïve» $(x)\n--force", status="questions")
    plan.act("finalizeCard", on(FIRST))
    run = start_card_run(db, FIRST, agent=AGENT, actor="ana", supervisors=supervisors)
    (assignment,) = _assignments(db, run)
    base = call_git(Path(run.repo_url), "rev-parse", "main")
    assert run.status is BuildState.RUNNING
    assert assignment.status is BuildState.RUNNING
    assert (run.base_commit, assignment.base_commit) == (base, base)
    assert assignment.feature_branch.startswith("planner/1-sign-in-naive-x-force-")
    assert assignment.worktree_path == str(supervisors.folders.worktree(run.id, "1"))
    assert assignment.next_turn == {"kind": "first", "note": None}
    ((asked, beginning),) = supervisors.asked
    assert asked == run.id
    assert beginning is not None
    assert beginning[:4] == (
        Path(run.repo_url),
        Path(assignment.worktree_path or ""),
        assignment.feature_branch,
        base,
    )
    # Its first turn is written down, and begins as soon as git has added the worktree.
    (turn,) = db.list(AgentExecution, assignment_id=assignment.id)
    assert beginning.turn is not None
    assert str(beginning.turn.folder) == turn.folder
    assert beginning.turn.arguments == tuple(turn.command or ())
    assert beginning.turn.after == Path(assignment.worktree_path or "").with_name(".1.lock")
    assert told(db, run.id)[:2] == ["run.queued", "assignment.queued"]
    card = db.get(Card, FIRST)
    assert card is not None
    assert (card.build_state, card.status) == (BuildState.RUNNING, "active")
    assert run.run_input_snapshot["status_before"] == {FIRST: "questions"}
    assert run.run_input_snapshot["database"] == supervisors.database

    save_policy(db, plan.project_id, Policy(), actor="ben")
    plan.act("updateCard", on(FIRST), title="Another")
    kept = db.get(OrchestrationRun, run.id)
    assert kept is not None
    assert policy_from_json(kept.system_policy_snapshot) == POLICY
    assert profile_from_json(kept.run_input_snapshot["agent"]) == AGENT
    assert kept.run_input_snapshot["cards"] == [FIRST]
    (assignment,) = _assignments(db, kept)
    assert assignment.assignment_input_snapshot["card"]["title"].startswith("Sign in")
    assert "Sign in: «naïve»" in assignment.assignment_input_snapshot["prompt"]


def test_what_can_not_be_built_is_refused_and_leaves_nothing(
    plan: Plan, supervisors: Ensured
) -> None:
    db = plan.db
    start_card_run(db, FIRST, agent=AGENT, actor="ana", supervisors=supervisors)
    with pytest.raises(Gated, match="being built already"):
        start_card_run(db, FIRST, agent=AGENT, actor="ana", supervisors=supervisors)
    with pytest.raises(Gated, match="being built already"):
        start_workflow_run(db, "w1", agent=AGENT, actor="ana", supervisors=supervisors)
    with pytest.raises(Refused, match="deleted"):
        start_card_run(db, "gone", agent=AGENT, actor="ana", supervisors=supervisors)
    with pytest.raises(Refused, match="deleted"):
        start_workflow_run(db, "gone", agent=AGENT, actor="ana", supervisors=supervisors)
    plan.act("updateProject", default_branch="elsewhere")
    with pytest.raises(Refused, match=r"no branch 'elsewhere'\. It has: main"):
        start_card_run(db, SECOND, agent=AGENT, actor="ana", supervisors=supervisors)
    assert db.count(OrchestrationRun) == 1
    assert len(supervisors.asked) == 1


def test_a_workflow_run_takes_its_finalized_cards_in_map_order(
    plan: Plan, supervisors: Ensured
) -> None:
    db = plan.db
    run = start_workflow_run(db, "w1", agent=AGENT, actor="ana", supervisors=supervisors)
    assert [one.card_id for one in _assignments(db, run)] == [FIRST, SECOND]
    branches = [one.feature_branch for one in _assignments(db, run)]
    assert len({*branches, run.integration_branch}) == 3
    assert (run.integration_branch or "").startswith("planner/workflow-1-integration-")
    queued = db.list(EventLog, run_id=run.id, event_type="run.queued")[0]
    assert queued.payload["cards"] == [1, 4]
    assert len(queued.payload["left_out"]) == 4
    workflow = db.get(Workflow, "w1")
    assert workflow is not None
    assert workflow.build_state is BuildState.QUEUED
    with pytest.raises(Gated, match="being built already"):
        start_card_run(db, SECOND, agent=AGENT, actor="ana", supervisors=supervisors)
    limited = msgspec.structs.replace(POLICY, required_checks=(CheckType.UNIT,))
    save_policy(db, plan.project_id, limited, actor="ana")
    with pytest.raises(Gated, match="integration"):
        start_workflow_run(db, "w2", agent=AGENT, actor="ana", supervisors=supervisors)


def test_a_commit_that_must_be_fetched_is_found_by_the_supervisor(
    plan: Plan, supervisors: Ensured
) -> None:
    plan.act("updateProject", repo_url="https://example.org/a.git")
    run = start_card_run(plan.db, FIRST, agent=AGENT, actor="ana", supervisors=supervisors)
    assert run.base_commit is None
    assert supervisors.asked == [(run.id, None)]

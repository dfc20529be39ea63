"""Builds begin with a key: what starts is told, what is missing is listed with a way to see to it."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from planner.runs.folders import RunFolders
from planner.runs.policy import Policy, save_policy
from planner.runs.supervisors import Beginning, Lock, Supervisors
from store.open import open_store
from store.records import Card, CardAssignment, OrchestrationRun, Project, RunScope
from tests.planner.plans import Plan
from tests.planner.runs.buildable import POLICY, finalize
from tests.planner.runs.repositories import make_repository
from tests.planner.runs.run_rows import add_run
from tests.tui.board import OpenBoard, a_plan, opened_on
from tui.config import Config
from tui.places import Places
from tui.runs_watch import RunsWatch
from tui.screens.policy_form import PolicyForm
from tui.screens.record_form import FormArea
from tui.session import RunsFound
from tui.widgets.toast import Toast


class Recorded(Supervisors):
    """Supervisors that start nothing, and remember for which runs they were asked to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(RunFolders(folder), "plan.db")
        self.ensured: list[str] = []

    def ensure(self, run_id: str, beginning: Beginning | None = None) -> None:
        self.ensured.append(run_id)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("repositories") / "shop")


@pytest.fixture
def supervisors(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "runs")


@asynccontextmanager
async def at_hand(
    plan: Plan,
    path: Path,
    supervisors: Recorded,
    state: Path,
    *,
    agent: str | None = "claude",
    watches_runs: bool = False,
) -> AsyncIterator[OpenBoard]:
    """Open the board with an agent that was chosen before."""
    async with opened_on(
        plan,
        path,
        supervisors=supervisors,
        places=Places(state=state),
        config=Config(tour=False),
        size=(120, 36),
        watches_runs=watches_runs,
    ) as board:
        if agent is not None:
            board.app.remembered.keep_agent(agent, None)
        yield board


@pytest.fixture
def plan(database_path: Path, repository: Path) -> Iterator[Plan]:
    """A plan with two finalized cards in its first activity, and nothing in the way of building."""
    with a_plan(database_path, workflows=2, activities=2, cards=3) as plan:
        finalize(plan, "w1a1c1", "w1a1c3")
        plan.act("updateProject", repo_url=str(repository))
        save_policy(plan.db, plan.project_id, POLICY, actor="ana")
        yield plan


def runs(plan: Plan) -> list[OrchestrationRun]:
    return plan.db.list(OrchestrationRun)


async def test_b_builds_the_card_and_says_so(
    plan: Plan, database_path: Path, tmp_path: Path, supervisors: Recorded
) -> None:
    async with at_hand(plan, database_path, supervisors, tmp_path) as board:
        await board.press("b")
        [run] = runs(plan)
        assert supervisors.ensured == [run.id]
        assert (run.card_id, run.agent_profile, run.initiated_by) == ("w1a1c1", "claude", "ana")
        assert "claude builds #1 “Card 1.1.1” · 2 shows it" in board.status
        assert "▸ running" in board.text
        assert "Build  claude" in board.detail
        # A card that is being built is not built again; its run is one key away.
        await board.press("b")
        assert board.top == "MissingList"
        assert "Card #1 can't be built yet" in board.dialog
        assert "is being built already" in board.dialog
        went: list[tuple[str, str | None]] = []
        board.app.to_screen = lambda name, run_id=None: went.append((name, run_id))  # type: ignore[method-assign]
        await board.press("enter")
        assert board.top == "MapScreen"
        assert went == [("runs", run.id)]
        await board.press("tab", "r")
        assert went[1:] == [("runs", run.id)]


async def test_what_is_in_production_is_built_again_only_after_asking(
    plan: Plan, database_path: Path, tmp_path: Path, supervisors: Recorded
) -> None:
    plan.db.update(Card, "w1a1c1", status="production")
    async with at_hand(plan, database_path, supervisors, tmp_path) as board:
        await board.press("b")
        assert "Build it again?" in board.dialog
        assert "#1 “Card 1.1.1” is in production already." in board.dialog
        await board.press("n")
        assert not runs(plan)
        await board.press("b", "y")
        assert [run.card_id for run in runs(plan)] == ["w1a1c1"]


async def test_of_many_marked_cards_those_start_that_can(
    plan: Plan, database_path: Path, tmp_path: Path, supervisors: Recorded
) -> None:
    async with at_hand(plan, database_path, supervisors, tmp_path) as board:
        await board.press("v", "v", "v", "b")
        assert {run.card_id for run in runs(plan)} == {"w1a1c1", "w1a1c3"}
        assert len(supervisors.ensured) == 2
        assert board.top == "MissingList"
        assert "1 of 3 cards can't be built yet" in board.dialog
        assert "#2 “Card 1.1.2” is not finalized." in board.dialog
        await board.press("enter")
        assert board.top == "CardScreen"
        finalize(plan, "w1a1c2")
        await board.press("escape")
        await board.until(lambda: "Nothing is missing any more." in board.dialog)
        await board.press("b")
        assert board.top == "MapScreen"
        assert len(runs(plan)) == 3
        assert "builds #2" in board.status
        assert board.map.marked == {"w1a1c2"}


async def test_what_is_missing_is_seen_to_from_the_list(
    database_path: Path, tmp_path: Path, supervisors: Recorded, repository: Path
) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        finalize(plan, "w1a1c1")
        async with at_hand(plan, database_path, supervisors, tmp_path, agent=None) as board:
            await board.press("b")
            assert board.top == "Chooser"
            assert "Which agent is to build?" in board.dialog
            assert "codex" in board.dialog
            await board.write("code")
            await board.press("enter")
            assert board.app.remembered.agent == "codex"
            assert board.top == "MissingList"
            assert "The project has no repository." in board.dialog
            await board.press("enter")
            form = board.app.screen
            assert isinstance(form, PolicyForm)
            form.query_one("#repo_url_field", FormArea).take(str(repository))
            await board.press("ctrl+s")
            await board.until(lambda: "The policy requires no check." in board.dialog)
            assert "no repository" not in board.dialog
            await board.press("enter")
            form = board.app.screen
            assert isinstance(form, PolicyForm)
            assert form.focused is not None
            assert form.focused.id == "required_dependency_field"
            await board.press("tab", "tab", "tab", "tab", " ", "ctrl+s")
            await board.until(lambda: "Nothing is missing" in board.dialog)
            await board.press("b")
            [run] = runs(plan)
            assert run.agent_profile == "codex"


async def test_a_workflow_is_built_once_it_was_said_what_of_it(
    plan: Plan, database_path: Path, tmp_path: Path, supervisors: Recorded
) -> None:
    async with at_hand(plan, database_path, supervisors, tmp_path) as board:
        await board.press("B")
        assert board.top == "Confirm"
        assert "Build the workflow “Workflow 1” with claude?" in board.dialog
        assert "2 cards, 2 at once:" in board.dialog
        assert "#3 “Card 1.1.3”" in board.dialog
        assert "Left out: 4 cards" in board.dialog
        assert "#2 “Card 1.1.2”: not finalized" in board.dialog
        await board.press("n")
        assert not runs(plan)
        await board.press("B", "y")
        [run] = runs(plan)
        assert (run.scope, run.workflow_id) == (RunScope.WORKFLOW, "w1")
        assert {a.card_id for a in plan.db.list(CardAssignment)} == {"w1a1c1", "w1a1c3"}
        assert "claude builds the workflow “Workflow 1” · 2 shows it" in board.status
        assert "… queued" in board.lines[0]
        await board.press("B")
        assert "The workflow “Workflow 1” can't be built yet" in board.dialog
        assert "being built already" in board.dialog
        await board.press("escape")
        await board.select("w2")
        save_policy(plan.db, plan.project_id, Policy(), actor="ana")
        await board.press("B")
        assert "no finalized card" in board.dialog
        assert "The policy requires no check." in board.dialog


async def test_runs_that_nobody_sees_to_are_taken_up_when_the_board_starts(
    plan: Plan,
    database_path: Path,
    tmp_path: Path,
    supervisors: Recorded,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.app.RUNS_AFTER", 0.01)
    left = add_run(plan, "w1a1c1", status="running", step="checks")
    waits = add_run(plan, "w1a1c3", status="blocked", waits_for="approval")
    done = add_run(plan, "w1a1c2", status="completed")
    async with at_hand(plan, database_path, supervisors, tmp_path, watches_runs=True) as board:
        await board.wait_for(lambda: supervisors.ensured == [left])
        await board.until(lambda: board.screen.query(Toast))
        told = board.screen.query_one(Toast).text
        assert told.startswith("#1 “Card 1.1.1” goes on: it was interrupted at checks.")
        assert "2 shows the runs" in told
    assert {waits, done}.isdisjoint(supervisors.ensured)


def test_runs_are_looked_after_as_long_as_any_is_open(
    plan: Plan, database_path: Path, supervisors: Recorded
) -> None:
    told: list[tuple[str, ...]] = []
    seen = threading.Semaphore(0)

    def post(found: RunsFound) -> None:
        told.append(found.words)
        seen.release()

    run_id = add_run(plan, "w1a1c1")
    db = open_store(database_path)
    watch = RunsWatch(db, supervisors, post, every=0.01)
    lock = Lock(supervisors.folders.lock(run_id))
    assert lock.take()
    watch.start()
    try:
        assert not seen.acquire(timeout=0.1)  # somebody sees to it
        lock.release()
        assert seen.acquire(timeout=10)
        assert told[0] == ("#1 “Card 1.1.1” goes on.",)
        assert supervisors.ensured[0] == run_id
    finally:
        watch.finish()
    assert not watch.is_alive()


async def test_what_git_refuses_is_said(
    plan: Plan, database_path: Path, tmp_path: Path, supervisors: Recorded
) -> None:
    plan.db.update(Project, plan.project_id, default_branch="gone")
    async with at_hand(plan, database_path, supervisors, tmp_path) as board:
        await board.press("b")
        assert board.top == "MapScreen"
        assert "#1 “Card 1.1.1” can't be built: The repository" in board.status
        assert not runs(plan)
        assert not supervisors.ensured

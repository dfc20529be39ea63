"""What the run pane and a log look like, as pictures to compare with; see ``test_snapshots``."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from planner.runs.folders import RunFolders
from planner.sample import load_sample
from store.open import open_store
from store.records import Card, CardAssignment, Workflow, WorkflowActivity
from tests.planner.plans import counting, ticking
from tests.tui.board import PATIENCE, make_app, settle, watch_asked
from tests.tui.runs import Living, Runs, many_runs
from tests.tui.test_snapshots import NARROW, WIDE, after
from tui.app import PlannerApp
from tui.widgets.log_view import LogView

SHOTS = {
    "log": (("2",), WIDE, "planner-dark"),
    "questions": (("2", "down", "down", "down", "down", "down"), NARROW, "planner-dark"),
    "checks": (("2", "end", "up", "6"), WIDE, "planner-light"),
    "whole_log": (("2", "l", "/", *"player_5", "enter", "N"), NARROW, "planner-dark"),
}


@pytest.fixture
def app(database_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannerApp]:
    """Open the board on a sample plan with a run in each state, at a fixed time."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("tui.when.present", lambda: datetime(2026, 1, 31, 9, tzinfo=UTC))
    db = open_store(database_path)
    with db.connection():
        project = load_sample(db, clock=ticking(), new_id=counting("lantern"))
        workflow = db.list(Workflow, project_id=project.id)[1]
        lane = [
            card.id
            for activity in db.list(WorkflowActivity, workflow_id=workflow.id)
            for card in db.list(Card, workflow_activity_id=activity.id)
        ][:3]
        cards = sorted(db.list(Card), key=lambda card: card.number or 0)
        others = [card.id for card in cards if card.id not in lane]
        many_runs(Runs(db, project.id, database_path.parent), others, workflow.id, lane)
        for assignment in db.list(CardAssignment):
            where = f"/home/ana/.local/state/planner-tui/runs/{assignment.run_id}/worktrees/5"
            db.update(CardAssignment, assignment.id, worktree_path=where)
    supervisors = Living(RunFolders(database_path.parent / "runs"), str(database_path))
    app = make_app(db, Path("plan.db"), supervisors=supervisors)
    try:
        yield app
    finally:
        app.finish()
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("shot", SHOTS)
def test_runs(app: PlannerApp, snap_compare: Any, shot: str) -> None:
    keys, size, theme = SHOTS[shot]

    async def before(pilot: Pilot[Any]) -> None:
        await after(*keys, theme=theme)(pilot)
        view = app.screen.query_one(LogView)
        async with asyncio.timeout(PATIENCE):
            while app.runs_wait is None or (
                "log" in shot and (view.count, view.found_all) != (61, True)
            ):
                await pilot.pause()
        await settle(pilot, watch_asked(app))

    assert snap_compare(app, terminal_size=size, run_before=before)

"""What the approval pane and the diff look like, as pictures to compare with; see ``test_snapshots``."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from store.open import open_store
from store.records import CheckStatus, CheckType, DiffComment, DiffSide
from tests.planner.plans import Plan
from tests.tui import built as rows
from tests.tui.board import PATIENCE, a_plan, make_app, settle, watch_asked
from tests.tui.built import Built, Standby
from tests.tui.test_snapshots import NARROW, WIDE, after
from tui.app import PlannerApp
from tui.screens.approval_pane import ApprovalPane
from tui.screens.diff import DiffScreen

WIDEST = (180, 40)

AGENT = """\
People can now sign in by a link that is mailed to them. The link holds for ninety days.

I made `find` ignore case: the tests needed it."""


def fill(plan: Plan, built: Built) -> None:
    """Insert a run that asks for a pull request."""
    run_id = built.rows(plan)
    rows.add_turn(plan, run_id, summary=AGENT)
    rows.add_commit(plan, run_id, built)
    rows.add_check(plan, run_id, built, CheckType.UNIT, changed_files=["scripts/check.sh"])
    rows.add_check(plan, run_id, built, CheckType.LINT, status=CheckStatus.FAILED, exit_code=1)
    rows.add_candidate(plan, run_id, built)
    rows.add_request(plan, run_id, built)
    for number, (line, text, sent) in enumerate(
        ((5, "Why ninety? The card says thirty.", True), (14, "Log the reason as well.", False))
    ):
        plan.db.insert(
            DiffComment(
                id=f"comment-{number}",
                assignment_id=rows.assignment_of(run_id),
                execution_id=f"{run_id}/turn-1" if sent else None,
                commit_sha=built.head,
                path="src/app.py",
                side=DiffSide.NEW,
                line=line,
                quoted="",
                text=text,
                author="ben" if sent else "ana",
                created_at=rows.NOW,
            )
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built") / "lantern")


@pytest.fixture
def app(database_path: Path, monkeypatch: pytest.MonkeyPatch, built: Built) -> Iterator[PlannerApp]:
    """Open the board on a plan with a run that asks, at a fixed time."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    present = datetime(2026, 1, 31, 8, 20, tzinfo=UTC)
    monkeypatch.setattr("tui.when.present", lambda: present)
    with a_plan(database_path, workflows=1, activities=1, cards=3) as plan:
        fill(plan, built)
    standby = Standby(database_path.parent)
    app = make_app(open_store(database_path), Path("plan.db"), supervisors=standby)
    try:
        yield app
    finally:
        app.finish()
        monkeypatch.undo()
        time.tzset()


def is_read(screen: object) -> bool:
    """Say whether all that git has to tell is shown."""
    if isinstance(screen, ApprovalPane):
        return screen.looked is not None
    if isinstance(screen, DiffScreen):
        text = screen.lines.text if screen.compared is not None else None
        return text is not None and (text.sides is not None or not text.is_colored)
    return True


async def read(pilot: Pilot[Any]) -> None:
    """Wait until git has told what the screen shows."""
    app = pilot.app
    assert isinstance(app, PlannerApp)
    screen = app.screen
    async with asyncio.timeout(PATIENCE):
        while app.runs_wait is None or not is_read(screen):
            await pilot.pause()
    await settle(pilot, watch_asked(app))


STAGES: dict[str, tuple[tuple[str, ...], ...]] = {
    "approvals": (("3",),),
    "approving": (("3",), ("a",)),
    "diff": (("3",), ("d",), ("J", "J", "J", "n")),
}
"""Keys to press; after each bundle git has told what it leads to."""

SHOTS = [
    ("approvals", NARROW, "planner-dark"),
    ("approvals", WIDE, "planner-light"),
    ("approving", NARROW, "planner-light"),
    ("diff", NARROW, "planner-16"),
    ("diff", WIDE, "planner-dark"),
    ("diff", WIDEST, "planner-light"),
]


@pytest.mark.parametrize(
    ("picture", "size", "theme"),
    SHOTS,
    ids=lambda each: "x".join(map(str, each)) if isinstance(each, tuple) else each,
)
def test_picture(
    app: PlannerApp, snap_compare: Any, picture: str, size: tuple[int, int], theme: str
) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        for keys in STAGES[picture]:
            await after(*keys, theme=theme)(pilot)
            await read(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)

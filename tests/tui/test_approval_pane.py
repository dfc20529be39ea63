"""The approval pane: what is asked, all that is known of it, and every key that answers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.binding import Binding

from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    Card,
    CardAssignment,
    CheckStatus,
    CheckType,
    OrchestrationRun,
    RunCheck,
    WaitsFor,
    utc_now,
)
from tests.planner.plans import Plan
from tests.tui import built as rows
from tests.tui.board import OpenBoard, a_plan, opened_on
from tests.tui.built import Built, Standby
from tui.screens.approval_pane import ApprovalPane
from tui.screens.diff import DiffScreen
from tui.widgets.review_page import ReviewPage

HOSTILE = "[red]\x1b[2J\u202eevil[/] $(rm -rf /); “x”"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built") / "lantern")


class Pane:
    """The approval pane of a plan with runs."""

    def __init__(self, board: OpenBoard, standby: Standby) -> None:
        self.board, self.standby = board, standby
        self.plan, self.db = board.plan, board.db
        self.press, self.write = board.press, board.write

    @property
    def screen(self) -> ApprovalPane:
        found = [s for s in self.board.app.screen_stack if isinstance(s, ApprovalPane)]
        return found[0]

    @property
    def page(self) -> str:
        return self.screen.page.text

    @property
    def words(self) -> str:
        """What the page says, wherever its lines break."""
        return " ".join(self.page.split())

    @property
    def list(self) -> list[str]:
        return [line for line in self.screen.waiting.lines_seen if line.strip()]

    @property
    def status(self) -> str:
        return self.screen.status.render_line(0).text

    def request(self, run_id: str, kind: ApprovalType = ApprovalType.CREATE_PR) -> ApprovalRequest:
        found = self.db.get(ApprovalRequest, f"{run_id}/{kind}")
        assert found is not None
        return found

    async def looked(self) -> None:
        await self.board.until(lambda: self.screen.looked)


@asynccontextmanager
async def open_pane(
    path: Path,
    fill: Callable[[Plan], object] = lambda plan: None,
    *,
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Pane]:
    standby = Standby(path.parent)
    with a_plan(path, workflows=1, activities=1, cards=3) as plan:
        fill(plan)
        async with opened_on(plan, path, size=size, supervisors=standby) as board:
            await board.press("3")
            assert board.top == "ApprovalPane"
            yield Pane(board, standby)


def asks(built: Built, plan: Plan, card_id: str = "w1a1c1", **run: object) -> str:
    """Add a run that asks for a pull request; return its id."""
    run_id = built.rows(plan, card_id, **run)
    if card_id == "w1a1c1":
        rows.add_turn(plan, run_id, summary="Lets people in by a link.\n\nIt holds 90 days.")
        rows.add_commit(plan, run_id, built)
        rows.add_check(plan, run_id, built, CheckType.UNIT)
        rows.add_check(plan, run_id, built, CheckType.LINT)
    rows.add_candidate(plan, run_id, built)
    rows.add_request(plan, run_id, built)
    return run_id


async def test_all_that_is_known_on_one_page(built: Built, database_path: Path) -> None:
    def fill(plan: Plan) -> None:
        run_id = built.rows(plan)
        rows.add_turn(plan, run_id, summary="First.")
        rows.add_turn(plan, run_id, 2, summary="Lets people in by a link.\n\nIt holds 90 days.")
        rows.add_commit(plan, run_id, built)
        rows.add_check(
            plan, run_id, built, CheckType.UNIT, changed_files=["scripts/check.sh"], seconds=61.25
        )
        rows.add_check(plan, run_id, built, CheckType.LINT, id="stale", commit_sha=built.base)
        rows.add_candidate(plan, run_id, built)
        rows.add_request(plan, run_id, built)

    async with open_pane(database_path, fill) as pane:
        await pane.looked()
        page = pane.page
        for words in (
            "Open a pull request? #1 Card 1.1.1",
            "built by scripted · started by ana",
            "planner/1-sign-in-abc123 → main, which has not moved since",
            "local draft: there is no remote called origin",
            "The check unit was changed by what it checked: scripts/check.sh.",
            "1 changed file was protected.",
            "It holds 90 days.",
            "Files  7 changed",
            "  ✓ ~ src/app.py  +4 -3 planned",
            "  ■ ~ scripts/check.sh  +1 -1 protected: the policy protects",
            "  ▲ ~ docs/guide.md  +1 -1 not planned",
            "src/new_name.py ← src/old_name.py",
            "tests/test_link.py  planned, not touched",
            "✓ unit         passed     61.2 s  make unit  ▲ its own files were changed",
            "  ? lint  has not run here",
            f"  {built.head[:10]} Let people in by a link",
            "#1 Card 1.1.1",
            "- unit passed",
            "ana, ben",
        ):
            assert " ".join(words.split()) in pane.words, page
        assert "First." not in page
        assert "all passed" not in page
        assert "1 for you to decide" in pane.status


async def test_a_check_shows_its_end_on_the_page(built: Built, database_path: Path) -> None:
    async with open_pane(database_path, lambda plan: asks(built, plan)) as pane:
        await pane.looked()
        await pane.press("tab")
        pane.screen.page.select(f"checks:{pane.screen.decision.run.id}/unit")  # type: ignore[union-attr]
        await pane.press("space")
        assert "    │ running unit\n    │ all passed" in pane.page
        await pane.press("down", "space")
        assert "all passed" not in pane.page
        await pane.press("enter")
        assert "all passed" in pane.page
        assert "Its whole output has gone" in pane.status
        log = database_path.parent / "unit.log"
        log.write_text("all of it\n" * 3)
        pane.db.update(RunCheck, f"{pane.screen.decision.run.id}/unit", log_path=str(log))  # type: ignore[union-attr]
        await pane.board.until(
            lambda: pane.screen.review and pane.screen.review.checks[0].check.log_path  # type: ignore[union-attr]
        )
        await pane.press("enter")
        assert pane.board.top == "WholeLog"
        await pane.board.until(lambda: "all of it" in pane.board.dialog)
        await pane.press("escape")
        assert pane.board.top == "ApprovalPane"


# Every key


Check = Callable[[Pane, str], Awaitable[None]]
CHECKS: dict[str, Check] = {}


def checks(binding_id: str) -> Callable[[Check], Check]:
    def remember(check: Check) -> Check:
        CHECKS[binding_id] = check
        return check

    return remember


@checks("approval.approve")
async def _approve(pane: Pane, key: str) -> None:
    run_id = pane.screen.decision.run.id  # type: ignore[union-attr]
    await pane.press(key)
    assert pane.board.top == "Decide"
    assert "Keeps planner/1-sign-in-abc123 here" in pane.board.dialog
    await pane.press("escape")
    assert pane.request(run_id).status is ApprovalStatus.PENDING
    await pane.press(key)
    await pane.write("Well done")
    await pane.press("enter")
    found = pane.request(run_id)
    assert (found.status, found.resolved_by) == (ApprovalStatus.APPROVED, "ana")
    assert found.notes == "Well done"
    assert pane.standby.asked == [run_id]
    assert "being done" in "".join(pane.list)
    assert "Approved by ana: it is being done.\n  “Well done”" in pane.page
    await pane.press(key)
    assert "This is being done already" in pane.status
    # The supervisor has done it, and asks the next thing.
    pane.db.update(
        ApprovalRequest, found.id, acted_at=utc_now(), outcome="It was pushed to origin."
    )
    await pane.board.until(lambda: "Approved by ana: It was pushed to origin." in pane.page)
    assert pane.list[0].startswith("▌✓")


@checks("approval.reject")
async def _reject(pane: Pane, key: str) -> None:
    run_id = pane.screen.decision.run.id  # type: ignore[union-attr]
    await pane.press(key, "enter")
    assert "✗ Say in a note what is to be done differently." in pane.board.dialog
    await pane.write("Thirty days")
    await pane.press("escape", "a")
    assert "Thirty days" not in pane.board.dialog
    await pane.press("escape", key)
    assert "Thirty days" in pane.board.dialog
    await pane.press("enter")
    assert not pane.board.app.drafts.all()
    found = pane.request(run_id)
    assert (found.status, found.notes) == (ApprovalStatus.REJECTED, "Thirty days")
    assignment = pane.db.get(CardAssignment, f"{run_id}/w1a1c1")
    assert assignment is not None
    assert assignment.next_turn == {"kind": "note", "note": "Thirty days"}
    assert pane.standby.asked == [run_id]
    assert "Rejected by ana." in pane.page


@checks("approval.diff")
async def _diff(pane: Pane, key: str) -> None:
    await pane.press(key)
    screen = pane.board.app.screen
    assert isinstance(screen, DiffScreen)
    await pane.board.until(lambda: screen.compared)
    await pane.press("escape")
    assert pane.board.top == "ApprovalPane"
    await pane.looked()
    await pane.press("tab")
    pane.screen.page.select("files:src/app.py")
    await pane.press("enter")
    again = pane.board.app.screen
    assert isinstance(again, DiffScreen)
    await pane.board.until(lambda: again.compared)
    assert again.file is not None
    assert again.file.path == "src/app.py"
    await pane.press("escape", "tab")


@checks("approval.card")
async def _card(pane: Pane, key: str) -> None:
    await pane.press(key)
    assert pane.board.top == "CardScreen"
    assert "Card 1.1.1" in pane.board.dialog
    await pane.press("escape")
    assert pane.board.top == "ApprovalPane"


@checks("approval.pane")
async def _pane(pane: Pane, key: str) -> None:
    await pane.press(key)
    assert isinstance(pane.board.app.focused, ReviewPage)
    page = pane.screen.page
    await pane.press("pagedown")
    assert page.scroll_offset.y > 0
    await pane.press("pageup", "end", key)
    assert pane.board.app.focused is pane.screen.waiting


@checks("approval.back")
async def _back(pane: Pane, key: str) -> None:
    await pane.press("tab", key)
    assert pane.board.app.focused is pane.screen.waiting
    await pane.press(key)
    assert pane.board.top == "MapScreen"


def test_every_binding_has_a_check() -> None:
    bound = {b.id: b for b in ApprovalPane.__dict__["BINDINGS"] if isinstance(b, Binding)}
    assert bound.keys() == CHECKS.keys()
    assert all(b.description and b.tooltip for b in bound.values())


@pytest.mark.parametrize(
    "names",
    [("approve",), ("reject",), ("diff", "card", "pane", "back")],
    ids=lambda names: names[0],
)
async def test_keys(built: Built, database_path: Path, names: tuple[str, ...]) -> None:
    keys = {b.id: b.key for b in ApprovalPane.BINDINGS if isinstance(b, Binding)}
    async with open_pane(database_path, lambda plan: asks(built, plan)) as pane:
        for name in names:
            await CHECKS[f"approval.{name}"](pane, keys[f"approval.{name}"])


async def test_closing_a_run(built: Built, database_path: Path) -> None:
    async with open_pane(database_path, lambda plan: asks(built, plan)) as pane:
        await pane.press("x", "tab", "right")
        assert "enter Close the run" in pane.board.dialog
        await pane.press("enter")
        (run,) = pane.db.list(OrchestrationRun)
        assert run.status is BuildState.CANCELLED
        assert "Closed the run of #1 Card 1.1.1" in pane.status
        assert pane.standby.asked == []


async def test_who_may_not_approve_is_told_why(built: Built, database_path: Path) -> None:
    def fill(plan: Plan) -> None:
        run_id = asks(built, plan)
        plan.db.update(
            OrchestrationRun, run_id, system_policy_snapshot={"approval": {"approvers": ["ben"]}}
        )

    async with open_pane(database_path, fill) as pane:
        await pane.press("a")
        assert pane.board.top == "ApprovalPane"
        assert "ana may not approve this run. Its policy names ben." in pane.words
        assert "You can't approve this" in pane.status


async def test_the_oldest_first_paths_to_accept_and_what_was_in_the_way(
    built: Built, database_path: Path
) -> None:
    names: dict[str, str] = {}

    def fill(plan: Plan) -> None:
        db = plan.db
        names["late"] = late = asks(built, plan)
        db.update(
            ApprovalRequest,
            f"{late}/create_pr",
            requested_at="2026-02-01T08:00:00.000Z",
            outcome="The push was refused: no rights.",
        )
        names["paths"] = paths = built.rows(plan, "w1a1c2", waits_for=None)
        db.update(
            CardAssignment,
            f"{paths}/w1a1c2",
            status=BuildState.BLOCKED,
            waits_for=WaitsFor.DECISION,
            reason="It changed docs/guide.md, which nobody planned.",
            updated_at=rows.NOW,
        )
        asked = built.rows(plan, "w1a1c3", waits_for=WaitsFor.ANSWERS)
        db.update(
            CardAssignment,
            f"{asked}/w1a1c3",
            status=BuildState.BLOCKED,
            waits_for=WaitsFor.ANSWERS,
        )

    async with open_pane(database_path, fill) as pane:
        assert [line[3:16] for line in pane.list[::2]] == ["#2 Card 1.1.2", "#1 Card 1.1.1"]
        assert "2 for you to decide · 1 more run waits: 2 shows" in pane.status
        assert "It changed docs/guide.md, which nobody planned." in pane.page
        await pane.press("a")
        assert "Accepts what was changed beside the plan" in pane.board.dialog
        await pane.press("enter")
        accepted = pane.db.get(CardAssignment, f"{names['paths']}/w1a1c2")
        assert accepted is not None
        assert accepted.accepted_paths
        assert pane.standby.asked == [names["paths"]]
        await pane.press("home")
        assert "✗ The push was refused: no rights." in pane.page


async def test_nothing_waits(database_path: Path) -> None:
    async with open_pane(database_path, size=(80, 24)) as pane:
        assert "Nothing waits for your word." in pane.page
        assert "b on the map builds a finalized card" in pane.page.replace("\n", " ").replace(
            "  ", " "
        )
        for key in ("a", "x", "d", "o", "enter", "tab"):
            await pane.press(key)
            assert pane.board.top == "ApprovalPane"
        await pane.press("escape")
        assert pane.board.top == "MapScreen"


async def test_without_git_or_with_harm_in_every_text(built: Built, database_path: Path) -> None:
    def fill(plan: Plan) -> None:
        run_id = built.rows(plan)
        db = plan.db
        db.update(Card, "w1a1c1", title=HOSTILE * 20)
        db.update(OrchestrationRun, run_id, repo_url="/nowhere/at all", agent_profile=HOSTILE)
        db.update(CardAssignment, f"{run_id}/w1a1c1", feature_branch=HOSTILE)
        rows.add_turn(plan, run_id, summary=f"{HOSTILE}\n" * 3 + "x" * 10_000)
        rows.add_commit(plan, run_id, built, message=HOSTILE)
        rows.add_check(
            plan,
            run_id,
            built,
            CheckType.UNIT,
            status=CheckStatus.FAILED,
            exit_code=2,
            command=[HOSTILE],
            output=f"{HOSTILE}\n" * 50,
            changed_files=[HOSTILE],
        )
        rows.add_candidate(plan, run_id, built, title=HOSTILE, description=HOSTILE * 100)
        rows.add_request(plan, run_id, built)

    async with open_pane(database_path, fill, size=(80, 24)) as pane:
        await pane.board.until(lambda: "nowhere" in pane.page)
        await pane.press("tab")
        pane.screen.page.select(f"checks:{pane.screen.decision.run.id}/unit")  # type: ignore[union-attr]
        await pane.press("space", "a")
        for _ in range(2):
            assert "\x1b" not in pane.board.dialog
            assert "\u202e" not in pane.board.dialog
            assert all(len(line) <= 80 for line in pane.board.dialog.splitlines())
            await pane.press("escape")

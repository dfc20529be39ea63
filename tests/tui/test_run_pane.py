"""The run pane: every key of it, on rows as a supervisor leaves them, and while they change."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding

from planner.errors import Refused
from planner.runs.folders import RunFolders
from store.records import AgentExecution, CardAssignment, CardQuestion, OrchestrationRun
from tests.tui.board import OpenBoard, a_plan, opened_on
from tests.tui.runs import SHA, Living, Runs, many_runs
from tui.run_rows import goes_on
from tui.screens.run_keys import RUN_KEYS
from tui.screens.run_pane import RunPane
from tui.widgets.section_tabs import SectionTabs

Check = Callable[[OpenBoard, str], Awaitable[None]]
CHECKS: dict[str, Check] = {}
CARDS = [f"w1a{a}c{c}" for a in (1, 2) for c in (1, 2, 3)]
LANE = ["w2a1c1", "w2a1c2", "w2a1c3"]
HOSTILE = "[red]\x1b[2J\u202e$(rm) 'x' -f\n日本 " + "y" * 300


def checks(binding_id: str) -> Callable[[Check], Check]:
    def remember(check: Check) -> Check:
        CHECKS[binding_id] = check
        return check

    return remember


class Control:
    """Stands for what records a person's wish and sees to a supervisor."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""

    def _take(self, *asked: Any) -> None:
        if self.refusal:
            raise Refused(self.refusal)
        self.asked.append(asked)

    def resume(
        self, db: Any, run_id: str, *, actor: str, note: Any, card_ids: Any, **_: Any
    ) -> None:
        self._take("resume", run_id, actor, note, *card_ids)

    def cancel(self, db: Any, run_id: str, *, actor: str, supervisors: Any) -> None:
        self._take("cancel", run_id, actor)
        db.update(OrchestrationRun, run_id, status="cancelled")

    def decide(self, db: Any, name: str, *, accept: bool, note: Any, actor: str, **_: Any) -> None:
        self._take("decide", name, accept, note)

    def clean(self, db: Any, run_id: str, *, actor: str, supervisors: Any) -> tuple[str, ...]:
        self._take("clean", run_id)
        return ("Removed its worktree", "kept refs/planner/rescue/failed/2")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the present be a little after what the runs tell of."""
    monkeypatch.setattr("tui.when.present", lambda: datetime(2026, 1, 31, 9, tzinfo=UTC))


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Control:
    control = Control()
    for name in ("resume", "cancel", "decide", "clean"):
        monkeypatch.setattr(f"planner.runs.control.{name}", getattr(control, name))
    return control


@asynccontextmanager
async def run_pane(
    path: Path, *, size: tuple[int, int] = (140, 40), full: bool = True
) -> AsyncIterator[tuple[OpenBoard, Runs]]:
    """Open the pane on a plan with a run in each state."""
    with a_plan(path, workflows=2, activities=2, cards=3) as plan:
        runs = Runs(plan.db, plan.project_id, path.parent)
        if full:
            many_runs(runs, CARDS, "w2", LANE)
        supervisors = Living(RunFolders(path.parent / "runs"), str(path))
        async with opened_on(plan, path, size=size, supervisors=supervisors) as board:
            await board.press("2")
            yield board, runs


def pane(board: OpenBoard) -> RunPane:
    return next(s for s in board.app.screen_stack if isinstance(s, RunPane))


async def select(board: OpenBoard, key: str) -> None:
    assert pane(board).runs.select(key)
    await board.settle()


def listed(board: OpenBoard) -> list[str]:
    return [line.strip("▌ ") for line in pane(board).runs.lines_seen if line.strip()]


# Every key


def test_every_binding_has_a_check_and_words() -> None:
    bound = {binding.id: binding for binding in RUN_KEYS if isinstance(binding, Binding)}
    assert len(bound) == len(RUN_KEYS)
    assert bound.keys() == CHECKS.keys()
    assert all(binding.description and binding.tooltip for binding in bound.values())


async def test_every_key(
    database_path: Path, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def suspend(_app: Any) -> Any:
        yield

    monkeypatch.setattr("tui.app.PlannerApp.suspend", suspend)
    keys = {binding.id: binding.key for binding in RUN_KEYS if isinstance(binding, Binding)}
    async with run_pane(database_path, size=(112, 24)) as (board, _):
        board.control = control  # type: ignore[attr-defined]
        for name, check in CHECKS.items():
            for key in keys[name].split(","):
                board.app.set_focus(pane(board).runs)
                control.asked.clear()
                await check(board, key)
                assert board.top == "RunPane", name


def asked(board: OpenBoard) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = board.control.asked  # type: ignore[attr-defined]
    return found


@checks("runs.resume")
async def _resume(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key, "enter")
    assert asked(board) == [("resume", "failed", "ana", None)]
    assert "#2 Card 1.1.2 goes on" in board.dialog
    await board.press(key)
    await board.write("Mind the gap")
    await board.press("enter")
    assert asked(board)[1:] == [("resume", "failed", "ana", "Mind the gap")]
    await board.press(key, "escape")
    await select(board, "lane-1")
    await board.press(key, "x", "enter")
    assert asked(board).pop() == ("resume", "lane", "ana", "x", "w2a1c2")
    await select(board, "asks")
    await board.press(key)
    assert "A question is still open: enter leads there." in board.dialog
    await select(board, "approval")
    await board.press(key)
    assert "It waits for your approval: 3 leads there." in board.dialog
    await select(board, "merged")
    await board.press(key)
    assert "It is completed: there is nothing to resume." in board.dialog
    assert len(asked(board)) == 2


@checks("runs.accept")
async def _accept(board: OpenBoard, key: str) -> None:
    await select(board, "decides")
    await board.press(key)
    assert asked(board) == [("decide", "decides-a", True, None)]
    await select(board, "going")
    await board.press(key)
    assert "It waits for no decision about files." in board.dialog


@checks("runs.send_back")
async def _send_back(board: OpenBoard, key: str) -> None:
    await select(board, "decides")
    await board.press(key, "enter")
    assert "can't be blank" in board.dialog
    await board.write("No docs")
    await board.press("enter")
    assert asked(board) == [("decide", "decides-a", False, "No docs")]


@checks("runs.state")
async def _state(board: OpenBoard, key: str) -> None:
    await select(board, "asks")
    await board.press(key)
    told = pane(board).told.text
    assert "blocked: The agent asks: Which voice? · turn 2 · claude" in told
    assert "? Which voice?" in told
    assert "→ As people talk." in told
    assert "enter opens the card, to answer it; then r goes on." in told
    await select(board, "failed")
    told = pane(board).told.text
    assert "failed: the check unit failed · turn 2 · claude" in told
    assert "turn 2      completed, 9:00, exit code 0" in told
    await select(board, "lane")
    assert "1 of 3 built" in pane(board).told.text


@checks("runs.live_log")
async def _live_log(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    await board.until(lambda: "ok all \\x1b[2Jtests" in board.dialog)
    assert "turn 2 completed" in board.dialog
    await select(board, "decides")
    assert "The agent has not been started yet." in board.dialog
    await select(board, "lane")
    await board.until(lambda: "card 1 is built" in board.dialog)
    assert "#8 turn 1 running" in board.dialog


@checks("runs.checks")
async def _checks(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    told = pane(board).told.text
    assert told.index("✗ unit failed") < told.index("✓ lint passed")
    assert f"unit failed  at {SHA[:10]}  12.5 s  exit code 2" in told
    assert "$ make unit" in told
    assert "! Its own files were changed: tests/run.sh. Look at them." in told
    assert "│ FAILED test_player" in told
    assert told.count("stale: there is a newer commit") == 1
    await board.press("l")
    await board.until(lambda: "unit was run" in board.dialog)
    await board.press("escape")
    await select(board, "going")
    assert "No check has been run yet." in pane(board).told.text


@checks("runs.commits")
async def _commits(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    told = pane(board).told.text
    assert f"{SHA[:10]} Read aloud" in told
    assert "With a player." in told
    assert "What the agent left  committed for the agent" in told


@checks("runs.report")
async def _report(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    told = pane(board).told.text
    assert "It reads aloud now." in told
    assert "- There is a player. (src/player.py:3)" in told
    assert "- Speech: Keep it short." in told
    assert "Assumptions" not in told


@checks("runs.prompt")
async def _prompt(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    told = pane(board).told.text
    assert told.index("Turn 2, as it was told") < told.index("Turn 1, as it was told")
    assert "$ claude --print 'two words'" in told
    assert "Mend it." in told
    assert '"required_checks"' in told


@checks("runs.events")
async def _events(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    assert "Run failed: the check unit failed  supervisor" in pane(board).told.text


@checks("runs.section_after")
async def _section_after(board: OpenBoard, key: str) -> None:
    await board.press("4", key, key)
    assert pane(board).section == "Checks"
    await board.press("0", key)
    assert pane(board).section == "Events"


@checks("runs.section_before")
async def _section_before(board: OpenBoard, key: str) -> None:
    await board.press("6", key, key, key)
    assert pane(board).section == "State"


@checks("runs.pane")
async def _other_pane(board: OpenBoard, key: str) -> None:
    await board.press("4", key)
    assert board.app.focused is pane(board).told
    await board.press("5")
    assert board.app.focused is pane(board).log_pane.view
    await board.press(key)
    assert board.app.focused is pane(board).runs


@checks("runs.search")
async def _search(board: OpenBoard, key: str) -> None:
    await select(board, "going")
    await board.press("4", key)
    await board.write("player_7.")
    view = pane(board).log_pane.view
    await board.until(lambda: view.current == 7)
    assert "1 of 1" in board.dialog
    await board.press("enter", "c")
    assert board.top == "Confirm"
    await board.press("escape", "escape")
    assert not view.typed


@checks("runs.follow")
async def _follow(board: OpenBoard, key: str) -> None:
    await select(board, "going")
    await board.press("4", "5")
    view = pane(board).log_pane.view
    await board.until(lambda: view.count == 61)
    follows = view.follows
    await board.press(key)
    assert view.follows is not follows
    await board.press(key)
    assert view.follows is follows


@checks("runs.log")
async def _log(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press("4", key)
    assert board.top == "WholeLog"
    await board.until(lambda: "ok all" in board.dialog)
    assert "‹2 of 4›" in board.dialog
    await board.press("[")
    await board.until(lambda: "turn one" in board.dialog)
    await board.press(key)
    await board.press("enter")
    assert board.top == "WholeLog"
    await board.press("escape")
    await select(board, "decides")
    await board.press(key)
    assert "The agent has not been started yet." in board.dialog


@checks("runs.diff")
async def _diff(board: OpenBoard, key: str) -> None:
    await select(board, "going")
    await board.press(key)
    assert board.top == "DiffScreen"
    await board.press("escape")


@checks("runs.card")
async def _card(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    assert board.top == "CardScreen"
    assert "#2 Card 1.1.2" in board.dialog
    await board.press("escape")
    await select(board, "lane")
    await board.press(key)
    assert "Select one of its cards first." in board.dialog
    # Where it waits for answers, enter opens the card at its question.
    await select(board, "asks")
    await board.press("enter")
    assert board.top == "CardScreen"
    await board.press("A")
    await board.write("A low one")
    await board.press("ctrl+s")
    question = board.db.get(CardQuestion, "q2")
    assert question is not None
    assert question.answer == "A low one"
    await board.press("escape", "4")
    assert "All is answered: r goes on." in pane(board).told.text
    await board.press("r", "enter")
    assert asked(board) == [("resume", "asks", "ana", None)]


@checks("runs.shell")
async def _shell(board: OpenBoard, key: str) -> None:
    await _opens_program(board, key, "SHELL", "failed")


@checks("runs.editor")
async def _editor(board: OpenBoard, key: str) -> None:
    await _opens_program(board, key, "EDITOR", "failed")


async def _opens_program(board: OpenBoard, key: str, variable: str, run: str) -> None:
    folder = Path(board.app.sub_title).parent
    program, seen = folder / "program", folder / f"seen-{variable}"
    program.write_text(f'#!/bin/sh\nfor word in "$PWD" "$@"; do echo "$word"; done > {seen}\n')
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VISUAL", raising=False)
        patch.setenv(variable, str(program))
        await select(board, run)
        await board.press(key)
        said = seen.read_text().splitlines()
        assert said == [str(folder / f"{run}-a"), *(["."] if variable == "EDITOR" else [])]
        patch.setenv(variable, "no-such-program")
        await board.press(key)
        assert "There is no program no-such-program." in board.dialog
        worktree = folder / "merged-a"
        if worktree.exists():
            worktree.rmdir()
        await select(board, "merged")
        await board.press(key)
        assert "is not there any more" in board.dialog


@checks("runs.clean")
async def _clean(board: OpenBoard, key: str) -> None:
    await select(board, "failed")
    await board.press(key)
    assert board.top == "Confirm"
    assert "Remove its worktree of #2 Card 1.1.2?" in board.dialog
    # However long the folder's path is, and wherever it is folded.
    lines = [line.split("│") for line in board.dialog.splitlines()]
    said = "".join(parts[1].strip() for parts in lines if len(parts) == 3)
    assert "failed-a" in said
    assert "refs/planner/rescue" in said
    await board.press("n", key, "y")
    assert asked(board) == [("clean", "failed")]
    assert "Removed its worktree · kept refs/planner/rescue/failed/2" in board.dialog
    await select(board, "going")
    await board.press(key)
    assert "It is not over: c cancels it first." in board.dialog


@checks("runs.cancel")
async def _cancel(board: OpenBoard, key: str) -> None:
    await select(board, "lane-1")
    await board.press(key)
    assert "Cancel the run of Workflow 2?" in board.dialog
    assert "All of “Workflow 2” is cancelled" in board.dialog
    await board.press("n")
    await select(board, "going")
    await board.press(key, "y")
    assert asked(board) == [("cancel", "going", "ana")]
    assert "⊘ #6" in "\n".join(listed(board))
    assert listed(board)[0].startswith("▸ Workflow 2")
    await board.press(key)
    assert "It is cancelled already." in board.dialog


@checks("runs.back")
async def _back(board: OpenBoard, key: str) -> None:
    await board.press("tab", key)
    assert board.app.focused is pane(board).runs
    await board.press(key)
    assert board.top == "MapScreen"
    await board.press("2")


# What is shown


@pytest.mark.parametrize("size", [(140, 40), (80, 24)])
async def test_open_runs_stand_on_top_each_with_what_it_waits_for(
    database_path: Path, size: tuple[int, int]
) -> None:
    async with run_pane(database_path, size=size) as (board, _):
        rows = [row.key for row in pane(board).runs.rows]
        lane = ["lane", "lane-0", "lane-1", "lane-2"]
        assert rows == ["going", *lane, "asks", "decides", "approval", "failed", "merged"]
        told = "\n".join(listed(board))
        for words in (
            "▸ #6 Card 1.2.3",
            "running: the agent is at work · claude",
            "✓ #7 Card 2.1.1",
            "▸ #8 Card 2.1.2  the checks run",
            "… #9 Card 2.1.3  it waits for a place",
        ):
            assert words in told
        assert "7 runs, 2 at work" in board.dialog
        assert await board.pilot.click(SectionTabs, offset=(12, 0))
        assert pane(board).section == "Log"
        await board.press("end")
        assert "completed · claude" in "\n".join(listed(board))


async def test_it_changes_as_the_runs_do_and_keeps_what_is_selected(database_path: Path) -> None:
    async with run_pane(database_path) as (board, runs):
        await select(board, "failed")
        runs.card_run("newer", "w2a2c1", "running", step="preparing")
        await board.until(lambda: "#10 Card 2.2.1" in board.dialog)
        row = pane(board).row
        assert row is not None
        assert row.key == "failed"
        board.db.update(OrchestrationRun, "failed", status="running", step="agent", reason=None)
        board.db.update(CardAssignment, "failed-a", status="running", step="agent", reason=None)
        turn = runs.turn("failed-a", 3, "turn three\n")
        await board.until(lambda: "turn three" in board.dialog)
        assert "turn 3 running" in board.dialog
        with Path(str(turn.log_path)).open("a") as log:
            log.write("goes on\n")
        await board.until(lambda: "goes on" in board.dialog)
        # What stands above is left alone until it is seen again.
        await board.press("o")
        board.db.update(OrchestrationRun, "failed", status="blocked", waits_for="change")
        board.db.update(AgentExecution, "failed-a-3", status="completed")
        await board.wait_for(lambda: pane(board)._is_stale)
        await board.press("escape")
        await board.until(lambda: "blocked: the agent changed nothing" in board.dialog)


async def test_the_clock_runs_only_while_something_does_and_is_seen(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run_pane(database_path, full=False) as (board, runs):
        clock = pane(board)._clock
        assert clock is not None
        assert not clock._active.is_set()
        runs.card_run("going", "w1a1c1", "running", step="agent")
        await board.until(lambda: "#1 Card 1.1.1" in board.dialog)
        assert clock._active.is_set()
        assert "no sign of its supervisor" not in board.dialog
        board.db.update(OrchestrationRun, "going", heartbeat_at="2026-01-31T08:00:00.000Z")
        await board.until(lambda: "running: no sign of its supervisor for" in board.dialog)
        board.db.update(OrchestrationRun, "going", started_at="2026-01-31T08:59:00.000Z")
        await board.until(lambda: "  1:00" in board.dialog)
        later = datetime(2026, 1, 31, 9, 0, 2, tzinfo=UTC)
        monkeypatch.setattr("tui.when.present", lambda: later)
        pane(board)._tick(goes_on)
        await board.until(lambda: "  1:02" in board.dialog)
        await board.press("o")
        assert board.top == "CardScreen"
        assert not clock._active.is_set()
        await board.press("escape")
        assert clock._active.is_set()
        assert pane(board).log_pane.view._reader is not None
        await board.press("1")
        assert board.top == "MapScreen"


async def test_without_runs_it_says_how_to_begin(database_path: Path, control: Control) -> None:
    async with run_pane(database_path, full=False, size=(120, 30)) as (board, _):
        assert (
            "Nothing has been built yet. On the map (1), b builds the selected card" in board.dialog
        )
        await board.press("r", "c", "x", "l", "A", "R", "d", "o", "!", "e", "/", "f", "4", "tab")
        assert board.top == "RunPane"
        assert "There is no run to do this with." in board.dialog
        assert not control.asked


async def test_what_is_refused_is_said_and_changes_nothing(
    database_path: Path, control: Control
) -> None:
    control.refusal = "Its worktree is gone; build the card again."
    async with run_pane(database_path) as (board, _):
        await select(board, "failed")
        await board.press("r", "enter")
        assert "✗ Its worktree is gone; build the card again." in board.dialog
        assert listed(board)[-4].startswith("✗ #2")


async def test_hostile_texts_do_nothing(database_path: Path) -> None:
    async with run_pane(database_path, full=False, size=(80, 24)) as (board, runs):
        board.plan.act("updateCard", {"card_id": "w1a1c1"}, title=HOSTILE[:190])
        runs.card_run("bad", "w1a1c1", "failed", reason=HOSTILE, head_commit=SHA)
        runs.turn(
            "bad-a",
            1,
            HOSTILE,
            status="failed",
            error=HOSTILE,
            prompt=HOSTILE * 50,
            command=[HOSTILE, "-rf"],
            report={"summary": HOSTILE, "facts": ["just text", {"no": "text"}], "questions": 7},
        )
        runs.check("bad", "unit", "failed", output=HOSTILE * 500, command=["sh", HOSTILE])
        runs.commit("bad-a", HOSTILE)
        runs.event("bad", "run.failed", reason=HOSTILE, nested={"a": [HOSTILE]})
        await board.until(lambda: "\\x1b[2J" in board.dialog)
        for key in "4567890":
            await board.press(key)
            assert "\x1b" not in board.dialog
            assert "\u202e" not in board.dialog
        assert board.top == "RunPane"

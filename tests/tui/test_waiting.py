"""That a run waits for a person is told on every screen, once, and elsewhere when asked."""

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from store.records import OrchestrationRun, SystemPolicyProfile
from tests.store.rows import example
from tests.tui.board import a_plan, opened_on
from tui import notify
from tui.config import Config
from tui.widgets.status_line import StatusLine
from tui.widgets.toast import Toast


def _run(run_id: str, project_id: str, card_id: str, status: str, **more: str) -> OrchestrationRun:
    return example(
        OrchestrationRun,
        id=run_id,
        project_id=project_id,
        card_id=card_id,
        workflow_id=None,
        system_policy_profile_id="policy",
        status=status,
        **more,
    )


async def test_runs_that_wait_are_told_on_every_screen(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    with a_plan(database_path, workflows=1, activities=1, cards=3) as plan:
        project = plan.project_id
        plan.db.insert(SystemPolicyProfile(id="policy", project_id=project))
        plan.db.insert(_run("r1", project, "w1a1c1", "blocked", waits_for="approval"))
        async with opened_on(plan, database_path) as board:
            monkeypatch.setattr(board.app, "bell", lambda: rung.append("bell"))
            await board.until(lambda: "■ 1 run waits [3]" in board.status)
            assert not rung
            await board.press("y")
            assert "■ 1 run waits" in board.dialog  # without a key, which leads nowhere from here
            assert "[2]" not in board.dialog
            plan.db.insert(_run("r2", project, "w1a1c2", "blocked", waits_for="answers"))
            await board.until(lambda: "■ 2 runs wait" in board.dialog)
            toast = board.app.screen.query_one(Toast)
            assert toast.text == "#2 “Card 1.1.2”: the agent has questions"
            assert rung == ["bell"]
            await board.press("escape")
            plan.db.insert(
                _run("r3", project, "w1a1c3", "failed", reason="exit\x1b[2J 1", updated_at="9")
            )
            await board.until(lambda: "■ 3 runs wait [2]" in board.status)
            shown = board.screen.query_one(Toast).text
            assert shown == "#3 “Card 1.1.3”: failed: exit\\x1b[2J 1\n2 shows it"
            plan.db.delete(OrchestrationRun, "r3")
            await board.until(lambda: "■ 2 runs wait" in board.status)
            assert rung == ["bell", "bell"]
            await board.pilot.resize_terminal(80, 24)
            await board.settle()
            assert " ■ 2 wait [2] " in board.status
            went: list[str] = []
            monkeypatch.setattr(board.app, "to_screen", went.append)
            await _click(board.pilot, board.screen.status, board.status.index("wait"))
            assert went == ["runs"]


async def _click(pilot: Pilot[None], line: StatusLine, x: int) -> None:
    await pilot.click(line, offset=(x, 0))


async def test_a_desktop_is_notified_when_asked(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    with a_plan(database_path) as plan:
        async with opened_on(plan, database_path, config=Config(notify="desktop")) as board:
            written: list[str] = []
            assert board.app._driver is not None
            monkeypatch.setattr(board.app._driver, "write", written.append)
            board.app.call_for_person("It\x07 \x1b[2J is done")
            assert written == ["\x1b]9;planner-tui: It\\x07 \\x1b[2J is done\x07"]


def test_what_is_said_is_one_argument_or_a_sequence_that_nothing_ends_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "--help; $(reboot) \x1b]0;x\x07\n“" + "x" * 10_000
    program = tmp_path / "notify-send"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    environ = {"PATH": str(tmp_path), "DISPLAY": ":0"}
    command = notify.desktop_command(hostile, environ)
    assert command is not None
    assert command[:5] == ["notify-send", "--app-name", "planner-tui", "--", "planner-tui"]
    assert len(command) == 6
    assert len(command[5]) <= notify.LONGEST
    assert notify.desktop_command(hostile, {"PATH": str(tmp_path)}) is None
    assert notify.desktop_command(hostile, {"PATH": os.devnull, "DISPLAY": ":0"}) is None
    sequence = notify.terminal_sequence(hostile, {})
    assert sequence.count("\x1b") == sequence.count("\x07") == 1
    inside = notify.terminal_sequence(hostile, {"TMUX": "x"})
    assert inside.startswith("\x1bPtmux;\x1b\x1b]9;planner-tui: --help")
    assert inside.endswith("\x07\x1b\\")

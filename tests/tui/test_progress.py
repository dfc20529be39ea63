"""What takes long shows a bar on the status line; what doesn't shows nothing and costs nothing."""

import threading
from pathlib import Path

import pytest

from tests.tui.board import PATIENCE, open_board
from tui import progress
from tui.glyphs import BAR_DONE, BAR_LEFT
from tui.session import Session


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LONG", 0.01)
    monkeypatch.setattr(progress, "TICK", 0.01)


async def test_a_slow_job_shows_what_it_does_and_how_far_it_is(database_path: Path) -> None:
    half, rest = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        assert half.wait(PATIENCE)
        session.progress(600, 1200)
        assert rest.wait(PATIENCE)

    async with open_board(database_path) as board:
        await board.press("s")
        board.app._plan.ask(slow, "undoing 1,200 changes")
        await board.wait_for(lambda: "undoing 1,200 changes" in board.status)
        assert board.status.count(BAR_DONE) == 4
        pictures = {board.status}
        await board.wait_for(lambda: board.status not in pictures)  # it moves
        half.set()
        await board.wait_for(lambda: "600 of 1,200" in board.status)
        assert f"{BAR_DONE * 6}{BAR_LEFT * 6}  undoing 1,200 changes" in board.status
        rest.set()
        await board.until(lambda: "#1 is now active" in board.status)
        assert BAR_DONE not in board.status
        await board.wait_for(lambda: board.app._progress._next is None)  # nothing ticks


async def test_a_slow_job_without_a_name_shows_too_and_below_a_dialog(database_path: Path) -> None:
    rest = threading.Event()
    async with open_board(database_path) as board:
        await board.press("d")
        board.app._plan.ask(lambda _session: rest.wait(PATIENCE) and None)
        await board.wait_for(lambda: f"{BAR_DONE}" in board.dialog)
        assert "working" in board.status
        await board.hit("n")
        assert board.top == "MapScreen"
        rest.set()
        await board.until(lambda: BAR_DONE not in board.status)


async def test_leaving_while_the_bar_is_shown(database_path: Path) -> None:
    rest = threading.Event()
    async with open_board(database_path) as board:
        board.app._plan.ask(lambda _session: rest.wait(PATIENCE) and None, "thinking")
        await board.wait_for(lambda: "thinking" in board.status)
        board.rush("q")
        await board.wait_for(lambda: not board.app.is_running)
        rest.set()

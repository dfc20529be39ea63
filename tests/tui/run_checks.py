"""What the map's keys do about runs."""

from tests.tui.board import OpenBoard
from tests.tui.map_checks import checks


@checks("screen.map")
async def _map(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "MapScreen"
    assert board.selected == "w1a1c1"


@checks("screen.runs")
async def _runs(board: OpenBoard, key: str) -> None:
    await _there_and_back(board, key)


@checks("screen.approvals")
async def _approvals(board: OpenBoard, key: str) -> None:
    await _there_and_back(board, key)


async def _there_and_back(board: OpenBoard, key: str) -> None:
    await board.select("w1a2c3")
    await board.press(key)
    await board.press("1")
    assert board.top == "MapScreen"
    assert board.selected == "w1a2c3"


@checks("plan.policy")
async def _policy(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "PolicyForm"
    assert "Required checks" in board.dialog
    await board.press("escape")
    assert board.selected == "w1a1c1"

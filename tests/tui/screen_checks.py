"""What the keys do that open whole screens; each comes back to the map where it was."""

from tests.tui.board import OpenBoard
from tests.tui.map_checks import checks


@checks("plan.history")
async def _history(board: OpenBoard, key: str) -> None:
    await board.press("+", key)
    assert board.top == "HistoryScreen"
    assert "priority: none → low" in board.dialog
    await board.press("escape")
    assert board.selected == "w1a1c1"


@checks("plan.find")
async def _find(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "FindScreen"
    await board.write("1.1.3")
    await board.press("enter")
    assert board.selected == "w1a1c3"


@checks("plan.overview")
async def _overview(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "OverviewScreen"
    assert "Cards by status" in board.dialog
    await board.press(key)
    assert board.selected == "w1a1c1"


@checks("plan.events")
async def _events(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "EventLogScreen"
    assert "Project created “Atlas”" in board.dialog
    await board.press("escape")
    assert board.selected == "w1a1c1"

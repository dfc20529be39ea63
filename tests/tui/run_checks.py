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
    assert board.top == {"2": "RunPane", "3": "ApprovalPane"}[key]
    await board.press("2" if key == "3" else "3")
    assert board.top == ("RunPane" if key == "3" else "ApprovalPane")
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


@checks("run.build")
async def _build(board: OpenBoard, key: str) -> None:
    board.app.remembered.keep_agent("claude", None)
    await board.press(key)
    assert board.top == "MissingList"
    assert "#1 “Card 1.1.1” is not finalized." in board.dialog
    await board.press("escape")
    assert board.selected == "w1a1c1"


@checks("run.build_workflow")
async def _build_workflow(board: OpenBoard, key: str) -> None:
    board.app.remembered.keep_agent("claude", None)
    await board.press(key)
    assert board.top == "MissingList"
    assert "The workflow “Workflow 1” can't be built yet" in board.dialog
    await board.press("escape")


@checks("run.agent")
async def _agent(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "Chooser"
    await board.write("aider")
    await board.press("enter")
    assert "aider builds from here on" in board.status
    assert board.app.remembered.agent == "aider"


@checks("run.show")
async def _show(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert "This card was never built." in board.status

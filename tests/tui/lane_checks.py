"""What the keys do that are for workflows and activities as a whole."""

from tests.tui.board import OpenBoard
from tests.tui.map_checks import checks


@checks("activity.new")
async def _new_activity(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert "Workflow 1" in board.dialog
    await board.write("Pay")
    await board.press("enter")
    made = board.snapshot.lanes[0].columns[1]
    assert (made.title, made.color) == ("Pay", "purple")
    assert board.selected == made.id
    assert "Pay" in board.lines[1]


@checks("activity.color")
async def _color(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.activity("w1a1").color == "yellow"
    assert "“Step 1” is yellow" in board.status
    for _ in range(6):
        await board.press(key)
    assert board.activity("w1a1").color is None


@checks("workflow.new")
async def _new_workflow(board: OpenBoard, key: str) -> None:
    await board.press(key)
    await board.write("Leave")
    await board.press("enter")
    made = board.workflows[1]
    assert board.workflow(made).title == "Leave"
    assert board.workflows == ["w1", made, "w2"]
    assert board.selected == made
    assert "Leave" in board.text


@checks("workflow.fold")
async def _fold(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.selected == "w1"
    assert "▸ Workflow 1" in board.lines[0]
    assert "▾ Workflow 2" in board.lines[1]
    assert "Card 1.1.1" not in board.text
    await board.press(key)
    assert board.selected == "w1"
    assert "Card 1.1.1" in board.text


@checks("workflow.fold_all")
async def _fold_all(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.selected == "w1"
    assert "▸ Workflow 1" in board.lines[0]
    assert "▸ Workflow 2" in board.lines[1]
    await board.press("space", key)
    assert "▸ Workflow 1" in board.lines[0]
    await board.press(key)
    assert board.selected == "w1"
    assert "Card 1.1.1" in board.text
    assert "Card 2.2.3" in board.text

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


@checks("activity.choose_color")
async def _choose_color(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "Chooser"
    assert "Colour of “Step 1”" in board.dialog
    for color in ("yellow", "blue", "purple", "green", "orange", "pink", "no colour"):
        assert color in board.dialog
    await board.press(*"pur", "enter")
    assert board.activity("w1a1").color == "purple"
    assert "“Step 1” is purple" in board.status
    await board.press(key)
    assert "● " in next(line for line in board.dialog.splitlines() if "purple" in line)
    await board.press("end", "enter")
    assert board.activity("w1a1").color is None
    await board.press(key, "escape", "u")
    assert board.activity("w1a1").color == "purple"


@checks("map.move_to")
async def _move_to(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "MoveTo"
    assert "Move card #1 to…" in board.dialog
    here = next(line for line in board.dialog.splitlines() if "●" in line)
    assert "Workflow 1 › Step 1" in here
    assert "3 cards" in here
    await board.press(*"flow 2")
    assert "3 of 4" in board.dialog
    await board.press("end", "enter")
    assert board.stored["w2a2"] == ["w2a2c1", "w2a2c2", "w2a2c3", "w1a1c1"]
    assert board.selected == "w1a1c1"
    assert "Moved card #1 to “Step 2”" in board.status
    await board.press(key, "ctrl+t")
    assert board.stored["w2a2"] == ["w1a1c1", "w2a2c1", "w2a2c2", "w2a2c3"]
    await board.press(key, "home", "shift+enter")
    assert board.stored["w1a1"] == ["w1a1c1", "w1a1c2", "w1a1c3"]
    await board.press(key, "ctrl+t")
    assert "✗ Card #1 is first in “Step 1” already." in board.status
    await board.press("u")
    assert board.stored["w2a2"][0] == "w1a1c1"
    await board.press(key, "x", "x", "enter")
    assert board.top == "MoveTo"
    assert "Nothing matches." in board.dialog
    await board.press("escape")
    await board.select("w1")
    await board.press(key)
    assert "✗ Select a card or an activity first" in board.status
    await board.select("w1a1")
    await board.press(key)
    assert "Move the activity “Step 1” to…" in board.dialog
    assert "● Workflow 1" in board.dialog
    await board.press("down", "ctrl+t")
    assert [column.id for column in board.snapshot.lanes[1].columns] == ["w1a1", "w2a1", "w2a2"]
    assert board.selected == "w1a1"
    assert "Moved the activity “Step 1” to “Workflow 2”" in board.status
    await board.press(key, "enter")
    assert [column.id for column in board.snapshot.lanes[1].columns] == ["w2a1", "w2a2", "w1a1"]
    await board.press(key, "enter")
    assert "✗ The activity “Step 1” is last in “Workflow 2” already." in board.status


@checks("map.describe")
async def _describe(board: OpenBoard, key: str) -> None:
    await board.select("w1a1")
    await board.press(key)
    assert board.top == "DescribeForm"
    assert "Activity “Step 1”" in board.dialog
    await board.press(*"Why [b]", "enter", *"and how", "ctrl+s")
    assert board.activity("w1a1").description == "Why [b]\nand how"
    assert "activity · 3 cards" in board.detail
    assert board.detail.endswith("Why [b]\nand how")
    await board.select("w1")
    assert "Why" not in board.detail
    await board.press(key, *"All of it", "ctrl+s")
    assert board.workflow("w1").description == "All of it"
    assert board.detail.endswith("All of it")
    await board.press("u")
    assert board.workflow("w1").description is None
    assert "All of it" not in board.detail
    await board.select("w1a1c1")
    await board.press(key)
    assert "Why [b]" in board.dialog
    await board.press("escape")


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

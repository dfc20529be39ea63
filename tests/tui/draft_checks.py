"""What the map's key for unsaved texts must do."""

from tests.tui.board import OpenBoard
from tests.tui.map_checks import checks


@checks("plan.drafts")
async def _drafts(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "DraftList"
    assert "Nothing is unsaved" in board.dialog
    await board.press("escape", "E", "x", "escape")
    assert "D on the map shows it" in board.status
    await board.press(key)
    assert "card #1 “Card 1.1.1”" in board.dialog
    await board.press("enter")
    assert board.top == "CardForm"
    await board.press("ctrl+s")
    assert board.card("w1a1c1").title == "Card 1.1.1x"
    await board.press(key)
    assert "Nothing is unsaved" in board.dialog
    await board.press("escape")

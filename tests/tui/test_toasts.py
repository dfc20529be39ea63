"""What is more than a step is said over the screen as well, with the key that takes it back."""

from pathlib import Path

import pytest
from msgspec import structs

from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, open_board
from tui.screens.card_form import CardForm
from tui.widgets.filter_line import FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.toast import Toast


def toast(board: OpenBoard) -> str:
    found = board.screen.query(Toast)
    return found.first().text if found else ""


async def test_more_than_a_step_is_said_with_the_way_back(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("s", "+", "shift+down", "c", "down", "space", "space", "R", "!", "enter")
        assert toast(board) == ""
        await board.select("w1a1c1")
        await board.press("d", "y")
        assert toast(board) == "Deleted card #1 “Card 1.1.1”\nu brings it back"
        assert "Deleted card #1 “Card 1.1.1” · u brings it back" in board.status
        assert board.app.focused is board.map
        await board.press("u")
        assert toast(board).splitlines()[1] == "ctrl+r brings it back"
        await board.press("ctrl+r")
        assert toast(board).splitlines()[1] == "u takes it back again"
        await board.press("n", *"Pay", "enter")
        assert toast(board) == "Created card #13 “Pay”\nu takes it back"
        await board.press("m", "end", "enter")
        assert toast(board) == "Moved card #13 to “Step 2”\nu takes it back"
        assert len(board.screen.query(Toast)) == 1


async def test_the_key_is_the_one_that_works(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.app.set_keymap({"plan.undo": "ctrl+z"})
        await board.press("d", "y")
        assert toast(board).splitlines()[1] == "ctrl+z brings it back"


async def test_it_covers_no_line_at_the_bottom_whatever_the_size(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.apply(request("updateCard", on("w1a1c1"), title="[b]Long\x1b " * 40))
        await board.until(lambda: "Long" in board.text)
        await board.press("/", *"1.", "ctrl+u", "enter", "g", "down", "down", "d", "y")
        for size in ((120, 36), (240, 70), (80, 24), (40, 12)):
            await board.pilot.resize_terminal(*size)
            await board.settle()
            said = board.screen.query_one(Toast)
            assert "[b]Long\\x1b" in said.text
            assert board.screen.region.contains_region(said.region)
            for line in (board.screen.status, board.screen.query_one(KeyLine)):
                assert not said.region.overlaps(line.region)
        await board.press("/")
        await board.press("u")
        assert board.filter.text == "u"
        await board.press("escape", "u", "/")
        said = board.screen.query_one(Toast)
        said.follow()
        await board.settle()
        assert not said.region.overlaps(board.screen.query_one(FilterLine).region)


async def test_a_failure_too_long_for_the_status_line_is_said_in_full(database_path: Path) -> None:
    async with open_board(database_path, size=(50, 24)) as board:
        await board.press("ctrl+r")
        assert "✗ There is nothing to redo." in board.status
        assert toast(board) == ""
        await board.press("d")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.press("y")
        assert "w1a1c1" in toast(board)


async def test_it_goes_by_itself_or_at_a_click(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_board(database_path) as board:
        await board.press("d", "y")
        await board.pilot.click(Toast)
        assert toast(board) == ""
        monkeypatch.setattr("tui.widgets.toast.FOR", 0.01)
        await board.press("u")
        await board.until(lambda: toast(board) == "")
        await board.press("E")
        assert isinstance(board.app.screen, CardForm)


async def test_the_config_can_do_without(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.app.config = structs.replace(board.app.config, toasts=False)
        await board.press("d", "y")
        assert "Deleted card #1" in board.status
        assert not board.screen.query(Toast)

"""Saved filters: saving one, going by one, and what the list of them does."""

from pathlib import Path

import pytest

from tests.planner.plans import on
from tests.tui.board import OpenBoard, open_board
from tui.screens.saved_filters import SavedFilters
from tui.widgets.pick_list import PickList


async def save(board: OpenBoard, query: str, name: str) -> None:
    await board.press("/", "ctrl+u", *query, "ctrl+s", *name, "enter", "enter")


def listed(board: OpenBoard) -> list[tuple[str, str]]:
    """The names in the list, each with what is said at its side."""
    screen = board.app.screen
    assert isinstance(screen, SavedFilters)
    return [(pick.text, pick.aside) for pick in screen.query_one(PickList).all]


def matching(board: OpenBoard) -> list[str]:
    return [card for cards in board.shown.values() for card in cards]


async def test_filters_are_saved_listed_with_their_counts_and_used(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w1a2c2"), quick_answer="By the lighthouse")
        await save(board, "lighthouse", "sea")
        assert "Saved the filter “sea”" in board.status
        await save(board, "1.1", "ones")
        await save(board, "status:revew", "slip")
        await board.press("escape", "F")
        assert listed(board) == [("sea", "1 card"), ("ones", "4 cards"), ("slip", "12 cards")]
        assert "✗ there is no status “revew”" in board.dialog
        await board.press("enter")
        assert board.filter.text == "lighthouse"
        assert matching(board) == ["w1a2c2"]
        assert board.app.focused is board.map
        await board.press("F")
        assert "● sea" in board.dialog
        await board.press("down", "enter")
        assert len(matching(board)) == 4
        await board.press("F", "escape")
        assert board.filter.text == "1.1"


async def test_a_filter_is_renamed_deleted_and_brought_back(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await save(board, "1.1", "ones")
        await save(board, "2.2", "twos")
        await board.press("F", "up", "e", *["backspace"] * 4, *"twos", "enter")
        assert "There is a filter of this name already." in board.dialog
        await board.press(*["backspace"] * 4, *"firsts", "enter")
        assert [name for name, _ in listed(board)] == ["twos", "firsts"]
        remembered = board.app.remembered
        assert remembered.saved_filters == {"twos": "2.2", "firsts": "1.1"}
        await board.press("d")
        assert list(remembered.saved_filters) == ["twos"]
        await board.press("d", "d", "e", "enter")
        assert remembered.saved_filters == {}
        assert "No filter is saved yet: ctrl+s" in board.dialog
        await board.press("u", "u", "u")
        assert remembered.saved_filters == {"twos": "2.2", "firsts": "1.1"}
        await board.press("escape")
        assert board.top == "MapScreen"


async def test_another_filter_of_the_same_name_is_asked_about(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await save(board, "1.1", "mine")
        await board.press("/", "ctrl+u", *"2.2", "ctrl+s", *"mine", "enter")
        assert "Replace the filter “mine”?" in board.dialog
        await board.press("n")
        assert board.app.remembered.saved_filters == {"mine": "1.1"}
        assert board.app.focused is board.filter
        await board.press("ctrl+s", *"mine", "enter", "y")
        assert board.app.remembered.saved_filters == {"mine": "2.2"}
        # What is saved already comes with its name.
        await board.press("ctrl+s", "enter")
        assert board.app.remembered.saved_filters == {"mine": "2.2"}


async def test_there_must_be_a_filter_to_save(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("/", " ", "ctrl+s")
        assert board.top == "MapScreen"
        assert "✗ Type a filter first: this saves it." in board.status
        await board.press("escape", "F", "enter")
        assert board.top == "SavedFilters"
        await board.press("escape")


@pytest.mark.parametrize("size", [(80, 24), (20, 8)])
async def test_a_long_filter_and_name_fit(database_path: Path, size: tuple[int, int]) -> None:
    async with open_board(database_path, size=size) as board:
        board.app.remembered.save_filter("日本" * 60, "x " * 200)
        board.app.remembered.save_filter("\x1b[2J[red]", 'activity:"[bold]"')
        await board.press("F")
        assert "\x1b" not in board.dialog
        await board.press("down", "d", "escape")
        assert len(board.app.remembered.saved_filters) == 1

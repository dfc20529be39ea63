"""Small terminals, terminals that change their size, terminals without colour."""

import re
from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import DOWN, RIGHT, Board


@pytest.fixture
def plan(database_path: Path) -> Path:
    make_plan(database_path, [[f"Card {row}" for row in range(12)], ["Second"], ["Third"]])
    return database_path


def test_the_board_follows_its_terminal(plan: Path, home: Path):
    with Board("--db", plan, home=home, size=(120, 36)) as board:
        board.wait_for("Card 0", "Third")
        board.press(*[DOWN] * 5)
        board.wait_until(lambda: board.selected() == "Card 5", "Card 5 to be selected")
        board.resize(80, 24)
        board.wait_until(lambda: board.selected() == "Card 5", "the selection in a small terminal")
        board.wait_for("Lamp", "? Help")
        assert "? Help" in board.lines[23]
        board.resize(120, 36)
        board.wait_until(lambda: "? Help" in board.lines[35], "the key line at the new bottom")
        board.wait_until(lambda: board.selected() == "Card 5", "the selection in the large one")
        board.press(RIGHT)
        board.wait_until(lambda: board.selected() == "Second", "a key after that")
        board.quit()


@pytest.mark.parametrize("size", [(80, 24), (30, 8), (8, 3)])
def test_any_size_can_be_worked_in(plan: Path, home: Path, size: tuple[int, int]):
    with Board("--db", plan, home=home, size=(120, 36)) as board:
        board.wait_for("Card 0")
        board.resize(*size)
        board.press(DOWN, RIGHT, DOWN)
        board.resize(120, 36)
        board.wait_for("Card 0", "? Help")
        board.quit()


def test_without_colour_the_selected_card_is_told_by_a_glyph(plan: Path, home: Path):
    with Board("--db", plan, home=home, NO_COLOR="1") as board:
        board.wait_for("Card 0")
        board.wait_until(lambda: board.selected() == "Card 0", "the selected card")
        board.press(DOWN)
        board.wait_until(lambda: board.selected() == "Card 1", "the next selected card")
        assert board.text.count("█ ") >= 1
        assert not re.search(rb"\x1b\[[0-9;]*[34]8;2;(?!(\d+);\1;\1[;m])", board.output)
        board.quit()

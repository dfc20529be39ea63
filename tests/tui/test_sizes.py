"""Every size of terminal, and one that changes while something is open."""

from pathlib import Path

import pytest

from tests.tui.board import open_board
from tui.widgets.card_view import CardView
from tui.widgets.key_line import KeyLine

SIZES = [(240, 70), (120, 36), (80, 24), (40, 12)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_map_shows_the_selected_card_and_the_lines_below_it(
    database_path: Path, size: tuple[int, int]
) -> None:
    async with open_board(database_path, size=size) as board:
        await board.select("w2a2c2")
        region = board.map.screen_region(board.place_of("w2a2c2"))
        assert board.map.region.contains_region(region)
        assert "Card 2.2.2" in board.text
        assert "Atlas" in board.status
        assert board.key_line.endswith("? Help")
        assert board.screen.query_one(CardView).display == (size[1] > 12)


async def test_a_title_being_typed_follows_the_screen(database_path: Path) -> None:
    async with open_board(database_path, size=(120, 36), workflows=3) as board:
        for keys, text in ((("e", "end", *" more"), "Card 3.2.3 more"), (("n", *"New"), "New")):
            await board.select("w3a2c3")
            await board.press(*keys)
            await board.press("shift+home")
            typed = board.title_input
            for size in [*SIZES[::-1], (80, 24)]:
                await board.pilot.resize_terminal(*size)
                await board.settle()
                assert board.screen.region.contains_region(typed.region)
                assert board.app.focused is typed
                assert typed.value == text
                assert typed.selected_text == text
                if text != "New":
                    card = board.map.screen_region(board.place_of("w3a2c3"))
                    assert typed.region.overlaps(card)
            await board.press("end", "!", "enter")
            assert f"{text}!" in board.text


@pytest.mark.parametrize(
    "keys",
    [("d",), ("enter",), ("m",), ("C",), ("p",), ("p", "d"), ("question_mark",), ("i",), ("R",)],
)
async def test_what_is_open_stays_whole_while_the_screen_changes(
    database_path: Path, keys: tuple[str, ...]
) -> None:
    async with open_board(database_path, size=(120, 36)) as board:
        await board.press(*keys)
        top = board.app.screen
        for size in SIZES:
            await board.pilot.resize_terminal(*size)
            await board.settle()
            assert board.app.screen is top
            for line in top.query(KeyLine):
                assert top.region.contains_region(line.region)
            focused = top.focused
            assert focused is not None
            assert top.region.overlaps(focused.region)

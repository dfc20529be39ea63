"""Every key of a card, on a screen of its own and beside the map."""

from itertools import count
from pathlib import Path

import pytest
from textual.binding import Binding

from tests.planner.plans import on
from tests.tui import card_checks  # noqa: F401  (it fills CHECKS)
from tests.tui.board import open_board
from tests.tui.cards import CHECKS, beside, fill, open_card
from tui.screens.card import CardScreen
from tui.widgets.card_keys import CARD_KEYS, FIRST_KEYS

KEYS = {binding.id: binding for binding in CARD_KEYS if isinstance(binding, Binding)}

ELSEWHERE = ("tab", "tab_back", "leave", "where")
"""What is otherwise beside the map."""


def test_every_binding_has_a_check() -> None:
    assert len(KEYS) == len(CARD_KEYS)
    assert KEYS.keys() == CHECKS.keys()
    assert {name for names in FIRST_KEYS.values() for name in names} <= KEYS.keys()


def _in(group: int, groups: int) -> list[tuple[str, str]]:
    """Return every so many keys: an app for each would take a minute."""
    pairs = [(str(name), key) for name, b in KEYS.items() for key in b.key.split(",")]
    return pairs[group::groups]


@pytest.mark.parametrize("group", range(6))
async def test_keys_on_its_own_screen(database_path: Path, group: int) -> None:
    async with open_board(database_path, size=(100, 20)) as board:
        for number, (binding_id, key) in zip(count(1), _in(group, 6), strict=False):
            card_id = fill(board.plan, f"card{number}")
            card = await open_card(board, card_id)
            try:
                await CHECKS[binding_id](card, key)
                assert isinstance(board.app.screen, CardScreen)
            except AssertionError as error:
                raise AssertionError(f"{binding_id} {key}") from error
            await board.press("escape")
            assert board.top == "MapScreen"


@pytest.mark.parametrize("group", range(6))
async def test_keys_beside_the_map(database_path: Path, group: int) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        for number, (binding_id, key) in zip(count(1), _in(group, 6), strict=False):
            if binding_id.removeprefix("card_view.") in ELSEWHERE:
                continue
            card = await beside(board, fill(board.plan, f"card{number}"))
            try:
                await CHECKS[binding_id](card, key)
                assert board.app.focused is board.screen.card_view
            except AssertionError as error:
                raise AssertionError(f"{binding_id} {key}") from error
            await board.press("escape")
            assert board.app.focused is board.map
            board.agrees()


@pytest.mark.parametrize("key", ["tab", "shift+tab", "escape", "backspace"])
async def test_back_to_the_map(database_path: Path, key: str) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        card = await beside(board, fill(board.plan, "card"))
        assert "▌" in "".join(card.lines)
        assert "n Add" not in board.key_line  # the title is selected
        await board.press("1")
        assert "n Add" in board.key_line
        await board.press(key)
        assert board.app.focused is board.map
        assert "▌" not in "".join(card.lines)
        assert "n New card" in board.key_line


async def test_where_an_artifact_is_used_leads_there_on_the_map(database_path: Path) -> None:
    async with open_board(database_path, size=(140, 40)) as board:
        card = await beside(board, fill(board.plan, "card"))
        board.plan.act("linkContextArtifact", on("w1a1c2"), context_artifact_id="card-x1")
        await board.until(lambda: "used by 2 cards" in card.text)
        await board.press("6", "w", *"1.1.2", "enter")
        assert board.selected == "w1a1c2"
        assert board.app.focused is board.map

"""Choosing one of many: typed letters narrow, everything is literal, every size works."""

from pathlib import Path

import pytest
from textual.app import App
from textual.events import Paste

from tests.planner.plans import on
from tests.tui.board import open_board
from tui.screens.chooser import Chooser, Chosen
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList, QueryLine

PICKS = [
    Pick("a", "Password", "3 cards", within="Sign in"),
    Pick("b", "Link", "1 card", here=True, within="Sign in"),
    Pick("c", "[red]\x1b[2J\nEvil", aside="0 cards", notes=("a note",)),
    *(Pick(f"m{n}", f"More {n}") for n in range(200)),
]


class Host(App[None]):
    def __init__(self, picks: list[Pick] = PICKS) -> None:
        super().__init__()
        self.chooser = Chooser("Where [b]to\x1b?", picks)
        self.chosen: list[Chosen | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.chooser, self.chosen.append)

    @property
    def query_line(self) -> str:
        return self.chooser.query_one(QueryLine).render_line(0).text

    @property
    def shown(self) -> str:
        return "\n".join(self.chooser.query_one(PickList).lines_seen)


async def test_it_starts_on_what_is_chosen_and_typing_narrows() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Type to narrow the list" in app.query_line
        assert "[red]\\x1b[2J Evil" in app.shown
        assert "a note" in app.shown
        await pilot.press(*"k e", "space", *"SIGN")
        await pilot.pause()
        assert "k e SIGN▏" in app.query_line
        assert app.shown.strip() == "Nothing matches."
        await pilot.press("enter")
        assert app.chosen == []
        await pilot.press("ctrl+w", "backspace", "backspace", "backspace", "backspace")
        app.post_message(Paste("in\npassw"))
        await pilot.pause()
        assert "1 of 203" in app.query_line
        await pilot.press("enter")
        await pilot.pause()
        assert app.chosen == [Chosen("a")]


async def test_arrows_choose_and_escape_does_not() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q", "ctrl+u", "up", "down", "down", "enter")
        await pilot.pause()
        assert app.chosen == [Chosen("c")]
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "escape")
        await pilot.pause()
        assert app.chosen == [None]


async def test_a_click_chooses() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(PickList, offset=(8, 3))
        await pilot.pause()
        assert app.chosen == [Chosen("c")]


@pytest.mark.parametrize("size", [(240, 70), (80, 24), (40, 12)])
async def test_it_fits_any_screen_and_follows_it(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"more", "end")
        await pilot.resize_terminal(*size)
        await pilot.pause()
        picks = app.chooser.query_one(PickList)
        assert app.chooser.region.contains_region(picks.region)
        assert app.chooser.region.contains_region(app.chooser.query_one(KeyLine).region)
        assert "more▏" in app.query_line
        assert "More 199" in app.shown


async def test_what_it_is_called_stays_where_there_is_little_room() -> None:
    long = "Everything that people do before they have signed in"
    picks = [Pick("a", "Pay by card", "3 cards", within=long)]
    app = Host(picks)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert f"{long[:20]}" in app.shown
        assert "› Pay by card" in app.shown
        assert "3 cards" in app.shown
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert "… › Pay by card" in app.shown
        assert "3 cards" not in app.shown


async def test_an_activity_deleted_meanwhile_is_told(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("m", "end")
        board.plan.act("deleteActivity", {"workflow_activity_id": "w2a2"})
        await board.until(lambda: "w2a2" not in board.shown)
        await board.press("enter")
        assert "✗ That activity has been deleted meanwhile." in board.status
        await board.press("m", "end")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.until(lambda: "w1a1c1" not in board.shown["w1a1"])
        await board.press("enter")
        assert "✗ " in board.status
        board.agrees()

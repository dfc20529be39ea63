from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit
from textual.screen import Screen
from textual.widget import Widget

from planner.projects import create_project
from tests.tui.board import OpenBoard, open_board
from tui.commands import KeyCommands


class Pane(Widget, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fold", "Fold", id="pane.fold", tooltip="Fold the [b]lane"),
    ]

    folded = 0

    def action_fold(self) -> None:
        self.folded += 1


class Board(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new(2)", "New card", id="card.new", tooltip="Make a card"),
        Binding("x", "hidden", "Hidden", show=False, id="card.hidden"),
        Binding("z", "off", "Off", id="card.off"),
    ]

    made = 0

    def compose(self) -> ComposeResult:
        yield Pane()

    def action_new(self, count: int) -> None:
        self.made += count

    def action_hidden(self) -> None: ...

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "off" else True


class Host(App[None]):
    COMMANDS: ClassVar = {KeyCommands}

    def on_mount(self) -> None:
        self.push_screen(Board())


async def hits(app: App[None], query: str) -> list[Hit | DiscoveryHit]:
    provider = KeyCommands(app.screen)
    await provider.startup()
    found = provider.search(query) if query else provider.discover()
    return [hit async for hit in found]


async def test_everything_bound_is_offered_with_its_key() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.pause()
        offered = {hit.text: hit.help for hit in await hits(app, "")}
        assert offered == {
            "Card: New card": "n · Make a card",
            "Card: Hidden": "x",
            "Pane: Fold": "f · Fold the \\[b]lane",
        }


async def test_search_goes_by_name_and_by_what_it_does() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert [hit.text for hit in await hits(app, "new card")] == ["Card: New card"]
        assert [hit.text for hit in await hits(app, "lane")] == ["Pane: Fold"]
        assert await hits(app, "qqq") == []


async def test_the_palette_runs_an_action_where_it_is_bound() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        board = app.screen
        assert isinstance(board, Board)
        for query in ("new card", "pane fold"):
            await pilot.press("ctrl+p")
            await pilot.pause()
            assert isinstance(app.screen, CommandPalette)
            await pilot.press(*(key if key != " " else "space" for key in query))
            await app.workers.wait_for_complete()
            await pilot.pause()
            await pilot.press("down", "enter")
            await pilot.pause()
            await pilot.press(*(["enter"] if isinstance(app.screen, CommandPalette) else []))
            await pilot.pause()
        assert board.made == 2
        assert board.query_one(Pane).folded == 1


async def test_projects_and_saved_filters_are_offered(database_path: Path) -> None:
    async with open_board(database_path) as board:
        evil = create_project(board.db, "[red]Evil\x1b").id
        board.app.remembered.save_filter("[b]Mine", "1.1.2 -[red]")
        await board.press("E", "ctrl+p")
        await board.write("go to project")
        await board.until(lambda: "Go to project [red]Evil\\x1b" in palette(board))
        assert "0 workflows · 0 activities · 0 cards" in palette(board)
        assert "Go to project Atlas" not in palette(board)
        await board.press("ctrl+u")
        await board.write("filter mine")
        await board.until(lambda: "Filter: [b]Mine" in palette(board))
        assert "1.1.2 -[red]" in palette(board)
        await board.until(lambda: "Go to project" not in palette(board))
        await board.press("down", "enter")
        await board.until(lambda: board.top == "MapScreen")
        assert board.filter.text == "1.1.2 -[red]"
        assert [card for cards in board.shown.values() for card in cards] == ["w1a1c2"]
        await board.press("o", "ctrl+p")
        await board.write("go to project")
        await board.until(lambda: "Evil" in palette(board))
        await board.press("down", "enter")
        await board.until(lambda: "Evil" in board.status)
        assert board.top == "MapScreen"
        assert board.app.project_id == evil


def palette(board: OpenBoard) -> str:
    return board.dialog if isinstance(board.app.screen, CommandPalette) else ""

"""The tour: shown once on the sample plan, sent away for good with one key, there when asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Static

from planner.sample import load_sample
from store.records import Project
from tests.tui.board import OpenBoard, a_plan, opened_on
from tui.all_keys import binding_ids
from tui.config import Config
from tui.places import Places
from tui.remembered import Remembered
from tui.screens.tour import PAGES, Tour
from tui.text import wrap


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(state=tmp_path / "state")


@asynccontextmanager
async def on_the_sample(
    path: Path, places: Places | None, config: Config | None = None
) -> AsyncIterator[OpenBoard]:
    """Open the board on a new database that holds the sample plan alone."""
    path = path.with_name(f"{len(list(path.parent.iterdir()))}.db")
    with a_plan(path) as plan:
        plan.db.delete(Project, plan.project_id)
        load_sample(plan.db)
        size = (80, 24)
        async with opened_on(
            plan, path, size=size, named=False, places=places, config=config
        ) as board:
            yield board


def dismissed(places: Places) -> bool:
    return Remembered(places.state, "any").tour_dismissed


def test_it_names_keys_that_there_are() -> None:
    named = {one for page in PAGES for ids, _ in page.rows for one in ids}
    assert named <= binding_ids().keys()


async def test_it_is_read_to_its_end_once(database_path: Path, places: Places) -> None:
    async with on_the_sample(database_path, places) as board:
        for page in PAGES:
            assert board.top == "Tour"
            assert page.title in board.dialog
            assert f"{PAGES.index(page) + 1} of {len(PAGES)}" in board.dialog
            rows = board.app.screen.query_one("#rows", Static)
            lines = str(rows.content).splitlines()
            assert lines
            assert len(lines) <= rows.size.height
            assert max(map(cell_len, lines)) <= rows.size.width
            words = board.app.screen.query_one("#words", Static)
            assert len(wrap(page.words, words.size.width, 9)) <= words.size.height
            await board.press("right")
        assert board.top == "MapScreen"
        await board.press("down")
    assert dismissed(places)
    async with on_the_sample(database_path, places) as board:
        assert board.top == "MapScreen"


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_one_key_sends_it_away_for_good(
    database_path: Path, places: Places, key: str
) -> None:
    async with on_the_sample(database_path, places) as board:
        await board.press("space", "left", "left")
        assert PAGES[0].title in board.dialog
        await board.press(key)
        assert board.top == "MapScreen"
    assert dismissed(places)


async def test_its_keys_are_those_that_work(database_path: Path, places: Places) -> None:
    config = Config(keys={"card.new": "x", "move.up": "ctrl+up"})
    async with on_the_sample(database_path, places, config) as board:
        assert "ctrl+↑ shift+↓ shift+← shift+→" in board.dialog
        assert "↑ ↓ ← →" in board.dialog
        await board.press("right", "right")
        assert "x a w" in board.dialog
        await board.press("escape")
        board.app.action_tour()
        await board.settle()
        assert board.top == "Tour"
        assert isinstance(board.app.screen, Tour)
        assert board.app.screen.page == 0


async def test_it_comes_by_itself_nowhere_else(database_path: Path, places: Places) -> None:
    async with on_the_sample(database_path, None) as board:
        assert board.top == "MapScreen"
    async with on_the_sample(database_path, places, Config(tour=False)) as board:
        assert board.top == "MapScreen"
    assert not dismissed(places)


async def test_it_comes_with_the_sample_however_that_is_opened(
    database_path: Path, places: Places
) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            assert board.top == "MapScreen"
            load_sample(plan.db)
            await board.press("p", "down", "enter")
            assert board.top == "Tour"


async def test_the_palette_has_it(database_path: Path) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        async with opened_on(plan, database_path) as board:
            board.rush("ctrl+p")
            await board.until(lambda: board.top == "CommandPalette")
            await board.write("tour")
            await board.until(lambda: "Six short pages" in board.dialog)
            await board.press("enter")
            await board.until(lambda: board.top == "Tour")

"""Where a person was is where the next start begins."""

from pathlib import Path

import pytest

from planner.projects import create_project
from store.records import Project
from tests.planner.plans import Plan
from tests.tui.board import OpenBoard, a_plan, opened_on
from tui.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(state=tmp_path / "state")


async def test_the_next_start_begins_where_the_last_one_ended(
    database_path: Path, places: Places
) -> None:
    with a_plan(database_path, workflows=6, activities=6, cards=20) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            await board.select("w2")
            await board.press("space")
            await board.select("w5a6c14")
            scroll = board.map.scroll_offset
            assert scroll.y > 20
            assert scroll.x > 0
            await board.press("q")
        async with opened_on(plan, database_path, places=places, named=False) as board:
            await board.settle()
            assert board.selected == "w5a6c14"
            assert board.map.scroll_offset == scroll
            assert board.map.collapsed == {"w2"}
            await board.press("/", *"c14", "enter", "up")
            selected = board.selected
            await board.press("q")
        async with opened_on(plan, database_path, places=places, named=False) as board:
            await board.settle()
            assert board.filter.is_open
            assert board.filter.text == "c14"
            assert board.app.focused is board.map
            assert board.selected == selected
            await board.press("escape")
            assert not board.filter.is_open
            assert board.map.collapsed == {"w2"}


async def test_the_project_that_was_open_opens_again_unless_another_is_named(
    database_path: Path, places: Places
) -> None:
    with a_plan(database_path, workflows=2, activities=2, cards=3) as plan:
        other = create_project(plan.db, "Borealis").id
        async with opened_on(plan, database_path, places=places) as board:
            await board.select("w2a2c2")
            await board.press("p", "down", "enter")
            assert "Borealis" in board.status
            await board.press("p", "up", "enter")
            assert board.selected == "w2a2c2"
            await board.press("p", "down", "enter")
        async with opened_on(plan, database_path, places=places, named=False) as board:
            assert "Borealis" in board.status
        async with opened_on(plan, database_path, places=places) as board:
            assert "Atlas" in board.status
            assert board.selected == "w2a2c2"
        plan.db.delete(Project, other)


async def test_what_has_gone_meanwhile_is_not_missed(database_path: Path, places: Places) -> None:
    with a_plan(database_path, workflows=2, activities=2, cards=3) as plan:
        other = create_project(plan.db, "Borealis").id
        async with opened_on(plan, database_path, places=places) as board:
            await board.select("w2a2")
            await board.press("d", "y")
            await board.press("p", "down", "enter")
        plan.db.delete(Project, other)
        async with opened_on(plan, database_path, places=places, named=False) as board:
            assert "Atlas" in board.status
            assert board.selected is not None
            board.agrees()


async def _kept(board: OpenBoard, plan: Plan) -> None:
    """Wait until what the board remembers is on the disk."""
    await board.until(lambda: not board.app.remembered._changes)


async def test_a_board_that_is_killed_has_written_already(
    database_path: Path, places: Places
) -> None:
    with a_plan(database_path, workflows=2, activities=2, cards=3) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            await board.press("down", "right")
            await _kept(board, plan)
            assert places.state is not None
            copy = (places.state / "state.json").read_text()
            await board.press("G")
        (places.state / "state.json").write_text(copy)
        async with opened_on(plan, database_path, places=places) as board:
            assert board.selected == "w1a2c2"


async def test_a_person_who_has_gone_elsewhere_stays_there(
    database_path: Path, places: Places
) -> None:
    with a_plan(database_path, workflows=6, activities=2, cards=20) as plan:
        async with opened_on(plan, database_path, places=places) as board:
            await board.select("w6a2c18")
            await board.press("q")
        async with opened_on(plan, database_path, places=places, wait=False) as board:
            await board.until_map()
            await board.hit("down", "down")
            await board.settle()
            assert board.selected in ("w1a1c3", "w6a2c20")


async def test_what_can_not_be_remembered_is_told_once(database_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with a_plan(database_path, workflows=1, activities=1, cards=3) as plan:
        places = Places(state=tmp_path / "file")
        async with opened_on(plan, database_path, places=places) as board:
            await board.until(lambda: "✗ Where you are can't be remembered" in board.status)
            await board.press("down", "s")
            assert "#2 is now active" in board.status

"""What another program does to the plan shows by itself, and the selection stays put."""

from pathlib import Path

from planner.projects import create_project
from store.records import Project
from tests.planner.plans import in_activity, on
from tests.tui.board import a_plan, open_board, opened_on
from tui.session import Session


async def test_a_new_card_above_leaves_the_selection_on_its_card(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.select("w1a1c2")
        board.plan.act("createCard", in_activity("w1a1"), id="new", title="From afar", position=0)
        await board.until(lambda: "From afar" in board.text)
        assert board.selected == "w1a1c2"
        assert board.map.place == board.place_of("w1a1c2")
        await board.press("s")
        assert board.card("w1a1c2").status == "active"
        board.agrees()


async def test_a_selected_card_that_moves_is_followed(database_path: Path) -> None:
    async with open_board(database_path) as board:
        target = in_activity("w2a2")
        board.plan.act("moveCard", on("w1a1c1"), **target, position=1)
        await board.until(lambda: "w1a1c1" in board.shown["w2a2"])
        assert board.selected == "w1a1c1"
        assert board.map.place == board.place_of("w1a1c1")
        board.agrees()


async def test_a_selected_card_that_moves_out_of_sight_is_scrolled_to(
    database_path: Path,
) -> None:
    async with open_board(database_path, workflows=4, size=(80, 24)) as board:
        board.plan.act("moveCard", on("w1a1c1"), **in_activity("w4a2"), position=0)
        await board.until(lambda: "w1a1c1" in board.shown["w4a2"])
        region = board.map.screen_region(board.place_of("w1a1c1"))
        assert board.map.region.contains_region(region)


async def test_a_selected_card_that_goes_leaves_the_one_in_its_place(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.select("w1a2c2")
        board.plan.act("deleteCard", on("w1a2c2"))
        await board.until(lambda: "Card 1.2.2" not in board.text)
        assert board.selected == "w1a2c3"
        assert "Card 1.2.3" in board.detail
        board.plan.act("deleteCard", on("w1a2c3"))
        await board.until(lambda: "Card 1.2.3" not in board.text)
        assert board.selected == "w1a2c1"
        board.agrees()


async def test_a_selected_workflow_that_goes_leaves_its_neighbour(database_path: Path) -> None:
    async with open_board(database_path, workflows=3) as board:
        await board.select("w2a2c2")
        board.plan.act("deleteWorkflow", {"workflow_id": "w2"})
        await board.until(lambda: "w2a1" not in board.shown)
        assert board.selected == "w3a2c2"


async def test_what_takes_the_place_of_a_card_may_be_folded(database_path: Path) -> None:
    async with open_board(database_path, workflows=3) as board:
        await board.select("w3")
        await board.press("space")
        await board.select("w2a2c2")
        board.plan.act("deleteWorkflow", {"workflow_id": "w2"})
        await board.until(lambda: "w2a1" not in board.shown)
        assert board.selected == "w3"
        assert "▸ Workflow 3" in board.text


async def test_a_changed_card_shows_in_the_detail_pane(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w1a1c1"), description="Told from afar", status="review")
        await board.until(lambda: "Told from afar" in board.detail)
        assert "review" in board.lines[4]


async def test_another_project_changing_changes_nothing_here(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("down", "u")
        create_project(board.db, "Borealis")
        board.app._plan.ask(Session.look)
        await board.settle()
        assert "Atlas" in board.status
        assert board.selected is None
        await board.press("ctrl+r")
        board.agrees()


async def test_a_renamed_project_shows_its_new_name(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateProject", name="Pacific")
        await board.until(lambda: "Pacific" in board.status)
        assert board.selected == "w1a1c1"


async def test_a_deleted_project_gives_way_to_the_one_changed_last(database_path: Path) -> None:
    async with open_board(database_path) as board:
        create_project(board.db, "Borealis")
        await board.press("/", *"1.1", "enter")
        board.db.delete(Project, board.plan.project_id)
        await board.until(lambda: "Borealis" in board.status)
        assert board.map.lanes == ()
        assert not board.filter.is_open


async def test_the_only_project_deleted_leads_to_the_start(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.db.delete(Project, board.plan.project_id)
        await board.until(lambda: board.top == "Welcome")
        assert board.selected is None
        await board.press("s")
        assert board.top == "MapScreen"
        assert "Lantern" in board.status


async def test_a_project_deleted_below_a_dialog_leads_to_the_start_once(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        await board.press("d")
        board.db.delete(Project, board.plan.project_id)
        await board.until(lambda: board.top == "Welcome")
        create_project(board.db, "Borealis")
        board.db.delete(Project, board.db.list(Project)[0].id)
        board.app._plan.ask(Session.look)
        await board.settle()
        assert [type(screen).__name__ for screen in board.app.screen_stack] == [
            "MapScreen",
            "Confirm",
            "Welcome",
        ]


async def test_a_project_made_elsewhere_ends_the_start(database_path: Path) -> None:
    with a_plan(database_path) as plan:
        plan.db.delete(Project, plan.project_id)
        async with opened_on(plan, database_path, named=False) as board:
            assert board.top == "Welcome"
            await board.press("n", *"Mine")
            assert board.top == "AskText"
            create_project(plan.db, "Theirs")
            await board.until(lambda: board.top == "MapScreen")
            assert "Theirs" in board.status


async def test_two_boards_on_one_plan_agree(database_path: Path) -> None:
    async with open_board(database_path) as board, opened_on(board.plan, database_path) as other:
        await board.press("+", "+", "shift+down")
        await other.until(lambda: other.shown == board.shown)
        await other.press("shift+right", "d", "y")
        await board.until(lambda: board.shown == other.shown)
        board.agrees()
        other.agrees()


async def test_an_app_without_a_named_project_opens_the_one_changed_last(
    database_path: Path,
) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        create_project(plan.db, "Borealis", clock=lambda: "2025-01-01T00:00:00.000Z")
        async with opened_on(plan, database_path, named=False) as board:
            assert "Atlas" in board.status

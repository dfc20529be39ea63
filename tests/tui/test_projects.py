"""The list of projects: everything in it on a key, and nothing lost without its name being typed."""

from pathlib import Path

import pytest

from planner.projects import create_project
from store.records import EventArchive, Project
from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, a_plan, open_board, opened_on
from tui.screens.delete_project import LAST_CHANCE
from tui.screens.projects import NONE_YET, Projects
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import PickList

EVIL = "[red]\x1b[2J\nEvil"


def shown(board: OpenBoard) -> str:
    return "\n".join(projects(board).picks.lines_seen)


def projects(board: OpenBoard) -> Projects:
    return next(s for s in board.app.screen_stack if isinstance(s, Projects))


def project(board: OpenBoard, name: str) -> Project | None:
    found = board.db.list(Project, name=name)
    return found[0] if found else None


async def test_the_list_tells_what_each_project_holds(database_path: Path) -> None:
    async with open_board(database_path) as board:
        create_project(board.db, EVIL, description="All of\nit")
        for card in ("w1a1c1", "w1a1c2"):
            knows = {"kind": "requirement", "text": "So", "status": "approved"}
            board.plan.act("upsertCardKnowledgeItem", on(card), **knows)
        board.plan.act("finalizeCard", on("w1a1c2"))
        board.plan.act("upsertCardKnowledgeItem", on("w2a1c1"), kind="question", text="Why?")
        await board.press("p")
        assert projects(board).picks.selected_key == board.plan.project_id
        assert "● Atlas" in shown(board)
        assert "open now" in shown(board)
        assert "2 workflows · 4 activities · 12 cards" in shown(board)
        assert "1 open question · ◇ 1 ready · ◆ 1 finalized" in shown(board)
        assert "[red]\\x1b[2J Evil" in shown(board)
        assert "All of" in shown(board)
        assert "0 workflows · 0 activities · 0 cards" in shown(board)
        assert "enter Open" in projects(board).query_one(KeyLine).text
        board.plan.act("deleteWorkflow", {"workflow_id": "w2"})
        await board.until(lambda: "6 cards" in shown(board))
        assert "open question" not in shown(board)


async def test_enter_opens_and_escape_closes(database_path: Path) -> None:
    async with open_board(database_path) as board:
        create_project(board.db, "Borealis")
        await board.press("p", "escape")
        assert board.top == "MapScreen"
        await board.press("p", "enter")
        assert board.top == "MapScreen"
        assert "Atlas" in board.status
        await board.press("p", "down", "enter")
        assert "Borealis" in board.status
        assert board.map.lanes == ()
        await board.press("p")
        await board.pilot.click(PickList, offset=(5, 1))
        await board.settle()
        assert "Atlas" in board.status


async def test_slash_narrows_the_names(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for name in ("Borealis", "Corona", "Dune"):
            create_project(board.db, name)
        await board.press("p", "/", *"nR")
        assert [pick.text for pick in projects(board).picks.rows] == []
        assert "Nothing matches." in shown(board)
        await board.press("backspace", "backspace", *"ona")
        assert "▏" in board.dialog
        assert [pick.text for pick in projects(board).picks.rows] == ["Corona"]
        await board.press("escape")
        assert len(projects(board).picks.rows) == 4
        await board.press("/", *"dune", "enter")
        assert "Dune" in board.status


async def test_a_name_that_is_taken_is_refused(database_path: Path) -> None:
    async with open_board(database_path) as board:
        create_project(board.db, "Borealis")
        await board.press("p", "n", *"Atlas", "enter")
        assert "There is a project of this name already." in board.dialog
        await board.press("2", "enter")
        assert "Atlas2" in board.status
        await board.press("p", "R", "ctrl+u", *"Borealis", "enter")
        assert "There is a project of this name already." in board.dialog
        await board.press("escape", "escape")
        assert board.top == "MapScreen"
        assert project(board, "Atlas2") is not None


async def test_projects_are_renamed_and_described_where_they_stand(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, "Borealis").id
        await board.press("p", "down", "R", "end", "!", "enter")
        assert board.top == "Projects"
        assert "Borealis!" in shown(board)
        await board.press("i", *"Lights", "enter", *"in the north", "ctrl+s")
        assert board.top == "Projects"
        row = board.db.get(Project, other)
        assert row is not None
        assert (row.name, row.description) == ("Borealis!", "Lights\nin the north")
        assert "Lights" in shown(board)
        assert "Atlas" in board.status
        await board.press("up", "R", "end", *" 2", "enter", "escape")
        assert "Atlas 2" in board.status
        board.agrees()
        await board.press("u")
        assert project(board, "Atlas") is not None
        await board.press("p", "down", "enter", "u", "u")
        assert project(board, "Borealis") is not None
        assert board.db.get(Project, other).description is None  # type: ignore[union-attr]


async def test_deleting_takes_the_exact_name(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, "Borealis").id
        workflow = request("createWorkflow", id="b", title="Bee")
        board.plan.planner.apply(
            other, [workflow, request("createActivity", {"workflow_id": "b"}, id="ba", title="Fly")]
        )
        await board.press("p", "down", "d")
        assert board.top == "DeleteProject"
        assert "1 workflow · 1 activity · 0 cards" in board.dialog
        assert "This can't be undone" in board.dialog
        assert "Borealis" in board.dialog
        yes = board.app.screen.query_one("#yes")
        assert yes.disabled
        for typed in ("", "borealis", "Boreali"):
            await board.press("ctrl+u", *typed, "enter")
            assert yes.disabled
            assert board.top == "DeleteProject"
        assert "✗ That is not its name." in board.dialog
        await board.press("s")
        assert LAST_CHANCE in board.dialog
        assert not yes.disabled
        await board.press("x")
        assert yes.disabled
        await board.press("backspace", "escape")
        assert board.top == "Projects"
        assert board.db.get(Project, other) is not None
        await board.press("d", *"Borealis", "tab", "tab", "enter")
        assert board.top == "Projects"
        assert board.db.get(Project, other) is None
        assert "Borealis" not in shown(board)
        assert "Deleted the project “Borealis” for good" in board.status
        assert "Atlas" in board.status
        archived = board.db.list(EventArchive, event_type="project.deleted")
        assert [(event.project_name, event.actor) for event in archived] == [("Borealis", "ana")]
        await board.press("escape")
        board.agrees()


async def test_a_name_with_signs_that_can_not_be_typed_can_be_deleted(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, EVIL).id
        await board.press("p", "down" if EVIL > "Atlas" else "up", "d", *"[red]\\x1b[2J Evil")
        await board.press("enter")
        assert board.db.get(Project, other) is None


async def test_deleting_the_open_project_shows_another(database_path: Path) -> None:
    async with open_board(database_path) as board, opened_on(board.plan, database_path) as second:
        create_project(board.db, "Borealis")
        await board.press("p", "d", *"Atlas", "enter")
        assert board.top == "Projects"
        assert "● Borealis" in shown(board)
        await board.press("escape")
        assert "Borealis" in board.status
        assert board.map.lanes == ()
        await second.until(lambda: "Borealis" in second.status)


async def test_deleting_the_only_project_leads_to_the_start(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("p", "d", *"Atlas", "enter")
        assert board.top == "Welcome"
        assert board.db.count(Project) == 0
        await board.press("n", *"New", "enter")
        assert board.top == "MapScreen"
        assert "New" in board.status


async def test_a_project_deleted_elsewhere_meanwhile_is_told(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, "Borealis").id
        await board.press("p", "down", "d", *"Borealis")
        board.db.delete(Project, other)
        await board.press("enter")
        assert "✗ This project has been deleted already." in board.dialog
        await board.until(lambda: "Borealis" not in shown(board))


@pytest.mark.parametrize("size", [(240, 70), (80, 24), (40, 12)])
async def test_many_projects_scroll_at_any_size(database_path: Path, size: tuple[int, int]) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=1) as plan:
        for n in range(40):
            create_project(plan.db, f"Project {n:02}", description="What it is")
        async with opened_on(plan, database_path, size=(120, 36)) as board:
            await board.press("p", "end")
            await board.pilot.resize_terminal(*size)
            await board.settle()
            assert "Project 39" in shown(board)
            dialog = projects(board)
            assert dialog.region.contains_region(dialog.query_one(KeyLine).region)
            await board.press("d", *"Project")
            await board.pilot.resize_terminal(*size[::-1])
            await board.pilot.resize_terminal(*size)
            await board.press(*" 39")
            assert not board.app.screen.query_one("#yes").disabled
            await board.press("escape", "escape")


async def test_without_projects_one_can_be_made(database_path: Path) -> None:
    async with open_board(database_path) as board:
        dialog = Projects(board.app._plan, [], None)
        board.app.push_screen(dialog)
        await board.settle()
        assert NONE_YET.format("n") in board.dialog
        await board.press("enter", "R", "i", "d", "n", *"Mine", "enter")
        assert "Mine" in board.status

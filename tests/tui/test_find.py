"""Find: every key of it, across projects, and texts that mean harm."""

from pathlib import Path
from typing import Any

from planner.projects import create_project
from tests.planner.plans import in_activity, on, request
from tests.tui.board import OpenBoard, open_board
from tui.screens.find import FindScreen
from tui.widgets.card_view import CardView
from tui.widgets.row_list import RowList

HOSTILE = "[red]\x1b[2J\u202eheron[/]"


def found(board: OpenBoard) -> RowList[Any]:
    screen = board.app.screen
    assert isinstance(screen, FindScreen)
    return screen.found


def titles(board: OpenBoard) -> list[str]:
    return ["".join(text for text, _ in one.title) for one in found(board).rows]


def other_project(board: OpenBoard) -> str:
    project_id = create_project(board.db, "Borealis").id
    board.plan.planner.apply(
        project_id,
        [
            request("createWorkflow", id="b", title="Bee"),
            request("createActivity", {"workflow_id": "b"}, id="ba", title="Fly"),
            request("createCard", in_activity("ba"), id="bac", title="Heron home"),
            request("createCard", in_activity("ba"), id="bad", title="Heron out"),
        ],
    )
    return project_id


async def test_as_one_types_and_the_keys_between(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w2a2c1"), description="Send the heron a mail")
        board.plan.act(
            "upsertCardKnowledgeItem", on("w1a2c2"), kind="question", text="Which heron?"
        )
        other_project(board)
        await board.press("ctrl+f")
        assert "Type words" in board.dialog
        assert "Every project" in board.dialog
        await board.write("hero")
        assert len(titles(board)) == 4
        assert "Atlas › Workflow 1 › Step 2 › #5 Card 1.2.2" in board.dialog
        assert "Send the heron a mail" in board.dialog
        assert "4 found" in board.dialog
        await board.press("tab")
        assert len(titles(board)) == 2
        assert "Atlas  2 found" in board.dialog
        at = found(board).selected_key
        await board.press("down")
        assert found(board).selected_key != at
        await board.press("up")
        assert found(board).selected_key == at
        await board.press("pagedown", "pageup")
        assert found(board).selected_key == at
        await board.write("nz")
        assert "Nothing in Atlas holds “heronz”. Try fewer words" in board.dialog
        assert "tab looks in every project" in board.dialog
        await board.press("enter")
        assert board.top == "FindScreen"
        await board.press("escape")
        assert board.top == "MapScreen"
        assert board.selected == "w1a1c1"


async def test_enter_goes_there_in_whichever_project(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other_project(board)
        await board.press("ctrl+f", *"#12", "enter")
        assert (board.top, board.selected) == ("MapScreen", "w2a2c3")
        board.rush("ctrl+f", *"step 2", "enter")
        await board.settle()
        assert (board.top, board.selected) in [("MapScreen", "w1a2"), ("MapScreen", "w2a2")]
        await board.press("ctrl+f", *"out", "enter")
        assert board.top == "MapScreen"
        assert "Borealis" in board.status
        assert board.selected == "bad"
        await board.press("ctrl+f", *"atlas", "enter")
        assert "Atlas" in board.status


async def test_what_a_card_holds_opens_the_card_at_it(database_path: Path) -> None:
    async with open_board(database_path) as board:
        fact = {"kind": "known_fact", "id": "fact", "text": "Herons wade"}
        board.plan.act("upsertCardKnowledgeItem", on("w2a2c2"), **fact)
        board.plan.act(
            "createContextArtifact", on("w1a2c2"), id="x", name="Birds", type="doc", content="x"
        )
        for typed, card, item in (("wade", "w2a2c2", "fact"), ("birds", "w1a2c2", "x")):
            await board.press("ctrl+f", *typed, "enter")
            assert board.top == "CardScreen"
            assert board.app.screen.query_one(CardView).selected_id == item
            await board.press("escape")
            assert board.selected == card


async def test_what_is_gone_is_told(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("createContextArtifact", id="x", name="Heron", type="doc", content="x")
        await board.press("ctrl+f", *"heron", "enter")
        assert "✗ No card uses this artifact yet" in board.dialog
        board.plan.act("deleteContextArtifact", id="x")
        await board.until(lambda: "Nothing" in board.dialog)
        board.plan.act("updateCard", on("w1a1c3"), title="Heron again")
        await board.until(lambda: "Heron again" in board.dialog)


async def test_hostile_texts_on_a_small_screen_are_shown_as_written(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        board.plan.act("updateCard", on("w1a1c1"), title=HOSTILE, description=HOSTILE * 9)
        await board.press("ctrl+f", *"heron")
        assert "[red]\\x1b[2J\\u202eheron[/]" in board.dialog
        assert "\x1b" not in board.dialog
        for line in board.dialog.splitlines():
            assert len(line) <= 80
        styles = [
            segment.style
            for y in (0, 1)
            for segment in found(board).render_line(y)
            if segment.text.casefold() == "heron"
        ]
        assert styles
        assert all(style and style.bold and style.underline for style in styles)

"""The filter line: its cursor, its completions, what it says of mistakes."""

from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from planner import card_details
from planner.card_details import read_details
from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, open_board


def line(board: OpenBoard) -> str:
    """What the line shows, the prompt and the count included."""
    return board.filter.render_line(board.filter.size.height - 1).text


def above(board: OpenBoard) -> str:
    """What is said above the line."""
    assert board.filter.size.height == 2
    return board.filter.render_line(0).text


def matching(board: OpenBoard) -> list[str]:
    return [card for cards in board.shown.values() for card in cards]


async def test_the_cursor_goes_about_and_text_is_typed_and_deleted_there(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        await board.press("/", *"1.2", "left", "left", *"x")
        assert (board.filter.text, board.filter.cursor) == ("1x.2", 2)
        await board.press("backspace", "home", *"card ", "end", *"!")
        assert board.filter.text == "card 1.2!"
        await board.press("backspace", "home", "delete", "right", "right", "right", "delete")
        assert board.filter.text == "ard1.2"
        await board.press("end", *" two words", "ctrl+w")
        assert board.filter.text == "ard1.2 two"
        await board.press("left", "left", "left", "ctrl+u")
        assert (board.filter.text, board.filter.cursor) == ("two", 0)
        await board.press("left", "backspace", "ctrl+w", "ctrl+u", "end", "delete")
        assert board.filter.text == "two"
        board.filter.post_message(Paste(" or\n three"))
        await board.settle()
        assert board.filter.text == "twoor three"


async def test_completions_are_shown_chosen_and_taken(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w2a2c3"), status="review")
        await board.until(lambda: "review" in board.text)
        await board.press("/")
        assert "status: priority:" in above(board)
        await board.press(*"st")
        assert line(board).startswith(" / status:")
        await board.press("tab")
        assert board.filter.text == "status:"
        assert "▸todo  active" in above(board)
        assert line(board).startswith(" / status:todo")
        await board.press("down", "down", "down")
        assert "▸review" in above(board)
        await board.press("up", "up", "up", "up")
        assert "▸production" in above(board)
        await board.press("up", "right")
        assert board.filter.text == "status:review"
        assert "status: todo, active, questions" in above(board)
        assert matching(board) == ["w2a2c3"]
        assert "1 of 12 cards" in line(board)
        # Nothing to take: the keys do nothing, and down goes to the map.
        await board.press("tab", "right", "up")
        assert board.filter.text == "status:review"
        await board.press("down")
        assert board.app.focused is board.map
        assert board.filter.size.height == 1
        assert matching(board) == ["w2a2c3"]


async def test_titles_of_the_project_are_offered_by_any_part(database_path: Path) -> None:
    async with open_board(database_path) as board:
        rename = request("updateActivity", {"workflow_activity_id": "w2a1"}, title="Über den Zaun")
        board.plan.apply(rename)
        await board.until(lambda: "Zaun" in board.text)
        await board.press("/", *"activity:za")
        assert "⇥ Über den Zaun" in line(board)
        await board.press("tab")
        assert board.filter.text == 'activity:"Über den Zaun"'
        assert matching(board) == ["w2a1c1", "w2a1c2", "w2a1c3"]
        # A title that changes while the filter is on is a title it no longer finds.
        await board.press("enter")
        board.plan.undo()
        await board.until(lambda: len(matching(board)) == 12)


async def test_a_mistake_is_said_and_the_rest_of_the_filter_works(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("/", *"1.1 status:")
        assert "✗" not in above(board)
        await board.press(*"revew")
        assert "✗ there is no status “revew”; did you mean review?" in above(board)
        assert matching(board) == ["w1a1c1", "w1a1c2", "w1a1c3", "w2a1c1"]
        await board.press(" ", *"priority:")
        await board.press("enter")
        assert "✗ Left out: there is no status “revew”" in board.status
        assert "✗ there is no status “revew”" in line(board)
        assert matching(board) == ["w1a1c1", "w1a1c2", "w1a1c3", "w2a1c1"]
        await board.press("/", *["backspace"] * len("revew priority:"), "enter")
        assert "✗ Left out: “status:” says nothing yet" in board.status


async def test_a_key_on_its_way_never_blanks_the_board(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("/", *"1.1.2 statu")
        assert matching(board) == ["w1a1c2"]
        await board.press("enter")
        assert matching(board) == ["w1a1c2"]
        await board.press("/", *"x")
        assert matching(board) == []


async def test_the_line_keeps_its_cursor_in_view(database_path: Path) -> None:
    async with open_board(database_path, size=(40, 20)) as board:
        await board.press("/", *"日本 " * 12, *"end")
        assert "end" in line(board)
        assert len(line(board)) <= 40
        await board.press("home")
        assert "日本" in line(board)
        board.filter.post_message(Paste("\x1b[2J" + "x" * 500))
        await board.settle()
        assert "\x1b" not in line(board)


async def test_changes_are_looked_into_while_the_filter_is_on(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[object] = []

    def counted(*args: Any) -> Any:
        whole.append(args)
        return read_details(*args)

    monkeypatch.setattr(card_details, "read_details", counted)
    async with open_board(database_path) as board:
        await board.press("/", *"zebra or card", *["backspace"] * 8, "enter")
        assert matching(board) == []
        # By this board, which reads again only what it changed itself.
        board.app._plan.ask(
            lambda s: s.apply([request("updateCard", on("w1a1c2"), title="A Zebra")])
        )
        await board.settle()
        assert matching(board) == ["w1a1c2"]
        await board.press("u")
        assert matching(board) == []
        assert len(whole) == 1
        # By another program.
        board.plan.act("updateCard", on("w2a1c1"), description="zebra")
        await board.until(lambda: matching(board) == ["w2a1c1"])
        await board.press("d", "y")
        assert matching(board) == []
        await board.press("u")
        assert matching(board) == ["w2a1c1"]


async def test_a_filter_brought_back_looks_into_everything(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w2a2c1"), description="By the lighthouse")
        board.filter.bring_back("lighthouse has:description")
        await board.settle()
        assert matching(board) == ["w2a2c1"]


async def test_keys_typed_right_after_the_line_was_left_are_for_the_map(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        await board.press("/", *"1.2")
        board.rush("enter", "up", "up", "n")
        await board.settle()
        assert board.filter.text == "1.2"
        assert board.is_typing_title
        await board.press("escape", "/")
        board.rush("escape", "s")
        await board.settle()
        assert not board.filter.is_open
        assert board.app.focused is board.map

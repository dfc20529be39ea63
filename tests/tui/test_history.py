"""The history: every key of it, what others do meanwhile, and texts that mean harm."""

from pathlib import Path
from typing import Any

from planner.projects import create_project
from store.records import Project
from tests.planner.plans import in_activity, on, request
from tests.tui.board import OpenBoard, open_board
from tui.screens.history import HistoryScreen
from tui.widgets.row_list import RowList

HOSTILE = "[red]\x1b[2J\u202eevil[/] “x”"


def history(board: OpenBoard) -> HistoryScreen:
    screen = board.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


def rows(board: OpenBoard) -> list[str]:
    """What the list shows, line by line, without when it was."""
    entries: RowList[Any] = history(board).entries
    return [line[14:] for line in entries.lines_seen if line.strip()]


def change(board: OpenBoard, number: int, **fields: Any) -> None:
    board.plan.act("updateCard", on(f"w1a1c{number}"), **fields)


async def test_rows_differences_and_the_keys_between_them(database_path: Path) -> None:
    async with open_board(database_path) as board:
        long = "The link in the mail signs you in for thirty days, on that one device alone."
        change(board, 1, title="Sign in", description=long)
        change(board, 1, description=long.replace("thirty", "ninety"))
        board.plan.as_actor("ben").apply(
            board.plan.project_id, [request("deleteCard", on("w1a1c2"))]
        )
        await board.press("y")
        assert rows(board)[:3] == [
            "ben        Deleted card #2 “Card 1.1.2”",
            "ana        Changed card #1 “Sign in”",
            "ana        Changed card #1 “Sign in”",
        ]
        assert "  4 changes" in board.dialog
        await board.press("down")
        assert f"+ {long.replace('thirty', 'ninety')}"[:30] in board.dialog
        assert "ninety" in history(board).told.text
        await board.press("down")
        assert "title: “Card 1.1.1” → “Sign in”" in history(board).told.text

        await board.press("tab")
        assert history(board).told.has_focus
        await board.press("down", "pagedown", "end", "home", "up", "pageup", "tab")
        assert history(board).entries.has_focus

        await board.press("u")
        assert rows(board)[0] == "ana        Undo: delete card #2 “Card 1.1.2” (by ben)"
        assert rows(board)[1] == "ben        ↶ undone Deleted card #2 “Card 1.1.2”"
        assert "Undid: delete card #2" in board.dialog
        await board.press("ctrl+r")
        assert rows(board)[0].startswith("ana        Redo: delete card #2")
        assert "undone" in rows(board)[1]
        assert rows(board)[2] == "ben        Deleted card #2 “Card 1.1.2”"
        await board.press("home", "down", "down")
        await board.press("enter")
        assert board.top == "HistoryScreen"
        assert "✗ The card it is about is no longer on the map." in board.dialog
        await board.press("down", "enter")
        assert board.top == "MapScreen"
        assert board.selected == "w1a1c1"


async def test_narrowing_by_words_and_to_a_card(database_path: Path) -> None:
    async with open_board(database_path) as board:
        change(board, 1, title="Sign in")
        change(board, 2, priority=3)
        change(board, 1, title="Sign up")
        await board.press("y", "/")
        await board.write("sign")
        assert len(rows(board)) == 2
        assert "2 changes" in board.dialog
        await board.write(" zzz")
        assert len(rows(board)) == 1
        assert "No change matches. escape shows them all." in board.dialog
        await board.press("escape")
        assert len(rows(board)) == 4
        await board.press("down", "c")
        assert [row[11:] for row in rows(board)] == [
            "Changed card #2 “Card 1.1.2”",
            "18 changes, the last: create card #12 “Card 2…",
        ]
        assert "of this card" in board.dialog
        await board.press("escape")
        assert len(rows(board)) == 4
        await board.press("escape")
        assert board.top == "MapScreen"


async def test_undoing_back_to_a_point_asks_and_says_whose(database_path: Path) -> None:
    async with open_board(database_path) as board:
        change(board, 1, title="Sign in")
        board.plan.as_actor("ben").apply(
            board.plan.project_id, [request("deleteCard", on("w1a1c2"))]
        )
        change(board, 3, priority=2)
        await board.press("y", "down", "down", "U")
        assert board.top == "Confirm"
        assert "Take back 3 changes?" in board.dialog
        assert "all that was done since: 2 by ana, 1 by ben." in board.dialog
        await board.press("n")
        assert board.card("w1a1c1").title == "Sign in"
        await board.press("U")
        change(board, 3, priority=3)
        await board.press("y")
        assert "✗ The plan was changed meanwhile" in board.dialog
        assert board.card("w1a1c1").title == "Sign in"
        await board.press("U", "y")
        assert board.card("w1a1c1").title == "Card 1.1.1"
        assert board.card("w1a1c3").priority == 0
        assert "w1a1c2" in board.stored["w1a1"]
        assert sum("undone" in row for row in rows(board)) == 4
        await board.press("home", "U")
        assert "Select a change that still stands" in board.dialog
        await board.press("ctrl+r")
        assert board.card("w1a1c1").title == "Sign in"
        board.agrees()


async def test_opened_for_a_card_it_starts_with_that_card_alone(database_path: Path) -> None:
    async with open_board(database_path) as board:
        change(board, 1, title="Sign in")
        change(board, 2, priority=3)
        await board.press("down", "enter")
        assert board.top == "CardScreen"
        await board.press("y")
        assert len(rows(board)) == 2
        await board.press("c")
        assert len(rows(board)) == 3
        await board.press("end", "c")
        assert [row[11:] for row in rows(board)] == [
            "18 changes, the last: create card #12 “Card 2…"
        ]
        await board.press("escape")
        assert len(rows(board)) == 3
        await board.press("escape", "escape")
        assert (board.top, board.selected) == ("MapScreen", "w1a1c2")


async def test_letters_typed_right_after_the_slash_are_no_keys(database_path: Path) -> None:
    async with open_board(database_path) as board:
        change(board, 1, title="Cucumber")
        await board.press("y")
        board.rush("/", *"cucumber", "enter", "u")
        await board.until(lambda: board.card("w1a1c1").title != "Cucumber")
        assert history(board).typed == "cucumber"
        assert history(board).narrowed_to == ""


async def test_what_others_do_appears_and_keeps_the_selection(database_path: Path) -> None:
    async with open_board(database_path) as board:
        change(board, 1, title="Mine")
        await board.press("y", "down")
        at = history(board).entries.selected_key
        board.plan.as_actor("agent-7").apply(
            board.plan.project_id, [request("updateCard", on("w1a1c3"), title="Theirs")]
        )
        await board.until(lambda: "agent-7" in rows(board)[0])
        assert history(board).entries.selected_key == at


async def test_it_closes_when_its_project_goes(database_path: Path) -> None:
    async with open_board(database_path) as board:
        create_project(board.db, "Borealis")
        await board.press("y")
        board.db.delete(Project, board.plan.project_id)
        await board.until(lambda: board.top == "MapScreen")
        assert "Borealis" in board.status


async def test_hostile_texts_on_a_small_screen_are_shown_as_written(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        board.plan.as_actor(HOSTILE).apply(
            board.plan.project_id,
            [request("updateCard", on("w1a1c1"), title=HOSTILE, description=HOSTILE * 9)],
        )
        await board.press("y")
        assert "[red]\\x1b[2J\\u202eevil[/]" in board.dialog
        assert "\x1b" not in board.dialog
        assert "\u202e" not in history(board).told.text
        for line in board.dialog.splitlines():
            assert len(line) <= 80


async def test_a_folded_workflow_and_a_filter_let_what_is_gone_to_be_seen(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        change(board, 3, title="Here")
        await board.press("/", *"2.2.1", "enter", "y", "enter")
        assert board.selected == "w1a1c3"
        assert not board.filter.is_open
        await board.select("w1")
        await board.press("space", "y", "enter")
        assert board.selected == "w1a1c3"


async def test_more_is_read_as_one_scrolls(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for n in range(450):
            board.plan.act("createCard", in_activity("w2a2"), title=f"Round {n}")
        await board.until(lambda: "Round 449" in str(board.map.lanes))
        await board.press("y")
        entries = history(board).entries
        assert len(entries.rows) == 200
        entries.select(entries.rows[190].batch_id)
        await board.settle()
        assert len(entries.rows) == 400
        await board.press("end")
        assert len(entries.rows) == 451
        assert entries.index == 450
        assert "451 changes" in board.dialog

"""The event log: every key of it, what others do meanwhile, and texts that mean harm."""

from pathlib import Path
from typing import Any

import pytest

from planner.errors import ActionRefused
from planner.projects import create_project
from store.records import EventLog, Project
from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, open_board
from tui.screens.activity_log import EventLogScreen
from tui.widgets.row_list import RowList

HOSTILE = "[red]\x1b[2J\u202eevil[/] “x”"


def rows(board: OpenBoard) -> list[str]:
    screen = board.app.screen
    assert isinstance(screen, EventLogScreen)
    entries: RowList[Any] = screen.entries
    return [line[14:] for line in entries.lines_seen if line[14:].strip()]


def refuse(board: OpenBoard, title: str = "Lost") -> None:
    planner = board.plan.as_actor("agent-7")
    with pytest.raises(ActionRefused):
        planner.apply(
            board.plan.project_id,
            [request("createCard", {"workflow_activity_id": "no"}, title=title)],
        )


async def test_events_refusals_and_the_keys_between_them(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("deleteCard", on("w1a1c2"))
        refuse(board)
        other = create_project(board.db, "Borealis")
        board.db.delete(Project, other.id)
        await board.press("Y")
        assert rows(board) == [
            "agent-7    ✗ refused Create card “Lost”: This project ha…",
            "ana        Card deleted #2 “Card 1.1.2”",
            "user       Project created “Atlas”",
        ]
        assert "This project has no activity no." in board.dialog
        assert "3 events" in board.dialog
        await board.press("x")
        assert rows(board)[0] == "user       Borealis: Project created “Borealis”"
        await board.press("home", "enter")
        assert "✗ Its project has been deleted" in board.dialog
        await board.press("r")
        assert len(rows(board)) == 3
        assert "without refusals with those of deleted projects" in board.dialog
        await board.press("escape")
        assert len(rows(board)) == 3
        assert "refused" in rows(board)[0]
        await board.press("end", "t")
        assert rows(board) == ["user       Project created “Atlas”"]
        assert "type:project.created" in board.dialog
        await board.press("a")
        assert "type:project.created actor:user" in board.dialog
        await board.press("t")
        assert len(rows(board)) == 1
        await board.press("a")
        assert len(rows(board)) == 3
        await board.press("/")
        await board.write("lost")
        assert len(rows(board)) == 1
        await board.press("escape", "down", "tab", "down", "escape", "enter")
        assert "✗ The card it is about is no longer on the map." in board.dialog
        board.plan.undo()
        await board.until(lambda: "w1a1c2" in board.shown["w1a1"])
        await board.press("enter")
        assert (board.top, board.selected) == ("MapScreen", "w1a1c2")


async def test_what_others_do_appears_and_hostile_texts_are_shown_as_written(
    database_path: Path,
) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        await board.press("Y")
        refuse(board, HOSTILE)
        await board.until(lambda: len(rows(board)) == 2)
        board.db.insert(
            EventLog(
                id="e",
                project_id=board.plan.project_id,
                event_type=HOSTILE,
                actor=HOSTILE,
                payload={HOSTILE: [HOSTILE], "title": HOSTILE * 9},
                created_at="2027-01-01T00:00:00.000Z",
            )
        )
        await board.until(lambda: len(rows(board)) == 3)
        await board.press("home")
        assert "[red]\\x1b[2J\\u202eevil[/]" in board.dialog
        assert "\x1b" not in board.dialog
        for line in board.dialog.splitlines():
            assert len(line) <= 80
        await board.press("escape")
        assert board.top == "MapScreen"

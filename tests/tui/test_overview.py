"""The overview: every key of it, where its bars lead, what others do meanwhile."""

from pathlib import Path
from typing import Any

from planner.filter_values import vocabulary_of
from planner.filtering import CardFilter
from store.records import Card, CardQuestion
from tests.planner.plans import on
from tests.tui.board import OpenBoard, open_board
from tui.screens.overview import OverviewScreen
from tui.widgets.card_view import CardView

HOSTILE = "[red]\x1b[2J\u202eevil[/] “x”"


def overview(board: OpenBoard) -> OverviewScreen:
    screen = board.app.screen
    assert isinstance(screen, OverviewScreen)
    return screen


def ask(board: OpenBoard, card: str, text: str) -> None:
    board.plan.act("upsertCardKnowledgeItem", on(card), kind="question", text=text)


def line(board: OpenBoard, words: str) -> str:
    return next(line for line in board.dialog.splitlines() if words in line)


async def test_bars_parts_columns_and_questions(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for card in ("w1a1c1", "w2a1c1", "w2a1c2"):
            board.plan.act("updateCard", on(card), status="review")
        ask(board, "w2a2c1", "Which heron?")
        question = board.db.list(CardQuestion)[0].id
        board.db.update(Card, "w1a1c2", build_state="failed")
        await board.press("o")
        assert "○ 9   ◐ 0   ? 0   ◎ 3   ● 0   12" in line(board, "All workflows")
        assert "○○○○○" in line(board, "Workflow 1")
        assert "◆ 0 finalized  ◇ 0 ready  · 12 not yet" in board.dialog
        assert "✗ 1 failed" in board.dialog
        assert "Open questions · 1" in board.dialog
        assert "5 in the last 7 days" not in board.dialog  # the plan's clock stands in another year

        await board.press("down", "down")
        assert 'enter: workflow:"Workflow 2"' in board.dialog
        await board.press("right", "right")
        assert 'enter: workflow:"Workflow 2" status:review' in board.dialog
        await board.press("right", "left", "left", "left")
        assert "status:" not in line(board, "enter:")
        await board.press("l", "l", "enter")
        assert board.top == "MapScreen"
        assert board.filter.text == 'workflow:"Workflow 2" status:review'
        assert [card for cards in board.shown.values() for card in cards] == ["w2a1c1", "w2a1c2"]

        await board.press("o", "tab", "enter")
        assert board.top == "CardScreen"
        assert board.app.screen.query_one(CardView).selected_id == question
        await board.press("escape")
        assert board.selected == "w2a2c1"
        await board.press("o", "tab", "tab", "end", "left", "enter")
        assert "Choose a part of it first" in board.dialog
        await board.press("home", "enter")
        assert board.top == "MapScreen"
        assert not board.filter.is_open
        await board.press("o", "escape")
        assert board.top == "MapScreen"


async def test_every_filter_it_leads_to_is_one_the_map_understands(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateWorkflow", {"workflow_id": "w1"}, title='A "quoted\\" one, two')
        board.plan.act(
            "upsertCardKnowledgeItem",
            on("w1a1c1"),
            kind="requirement",
            text="x",
            status="approved",
        )
        ask(board, "w1a1c2", "Why?")
        board.db.update(Card, "w1a1c2", build_state="failed")
        await board.until(lambda: "quoted" in board.text)
        await board.press("o")
        rows: list[Any] = [*overview(board).left.rows, *overview(board).right.rows]
        found = {row.filter_of(n) for row in rows for n in range(-1, len(row.parts))} - {None, ""}
        assert len(found) > 15
        for text in found:
            assert CardFilter(text, vocabulary_of(board.snapshot)).mistakes == [], text
        await board.press("down", "right", "enter")
        assert {card[:2] for cards in board.shown.values() for card in cards} == {"w1"}


async def test_a_small_screen_scrolls_and_hostile_texts_are_shown_as_written(
    database_path: Path,
) -> None:
    async with open_board(database_path, size=(80, 24), workflows=12) as board:
        board.plan.act("updateWorkflow", {"workflow_id": "w1"}, title=HOSTILE)
        ask(board, "w2a2c1", HOSTILE * 9)
        await board.press("o")
        assert "[red]\\x1b" in board.dialog
        assert "Open questions" not in board.dialog
        await board.press("end")
        assert "? #10 [red]\\x1b[2J" in board.dialog
        assert "\x1b" not in board.dialog
        for row in board.dialog.splitlines():
            assert len(row) <= 80
        await board.press("tab")
        assert overview(board).left.has_focus


async def test_what_others_do_appears(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("o", "down")
        board.plan.act("updateCard", on("w1a1c1"), status="production")
        await board.until(lambda: "● 1" in line(board, "All workflows"))
        assert overview(board).left.selected_key == "workflow w1"

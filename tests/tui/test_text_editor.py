"""Typing in place: a requirement of a card, edited over the map."""

from pathlib import Path

from textual.geometry import Region

from store.records import Card, CardRequirement
from tests.tui.board import OpenBoard, open_board, plan_thread
from tui.edits import knowledge_edit
from tui.screens.saving import edit_in_place
from tui.widgets.text_editor import KEPT, TextEditor

REGION = Region(2, 6, 60, 3)


def with_requirement(board: OpenBoard, text: str = "Pay") -> tuple[Card, CardRequirement]:
    card = board.card("w1a1c1")
    item = CardRequirement(id="r1", card_id=card.id, text=text, position=0, source="user")
    board.db.insert(item)
    return card, item


def editor(board: OpenBoard) -> TextEditor:
    return board.screen.query_one(TextEditor)


def text(board: OpenBoard) -> str:
    row = board.db.get(CardRequirement, "r1")
    assert row is not None
    return row.text


def edit(board: OpenBoard, card: Card, item: CardRequirement) -> None:
    edit_in_place(board.map, plan_thread(board.app), REGION, knowledge_edit(item, card, "p"))


async def test_enter_saves(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card, item = with_requirement(board)
        edit(board, card, item)
        board.rush("end", *" by link", "enter", "s")
        await board.settle()
        assert text(board) == "Pay by link"
        assert not board.screen.query(TextEditor)
        assert board.app.focused is board.map
        assert board.card("w1a1c1").status == "active"  # the key after it was the map's
        assert not board.app.drafts.all()


async def test_shift_enter_makes_a_line(database_path: Path) -> None:
    async with open_board(database_path) as board:
        edit(board, *with_requirement(board))
        board.rush("end", "shift+enter", "a", "ctrl+j", "b", "ctrl+s")
        await board.settle()
        assert text(board) == "Pay\na\nb"


async def test_escape_keeps_the_text(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card, item = with_requirement(board)
        edit(board, card, item)
        board.rush("end", "!", "escape")
        await board.settle()
        assert text(board) == "Pay"
        assert KEPT in board.status
        edit(board, card, item)
        await board.settle()
        assert editor(board).values == {"text": "Pay!"}
        board.rush("ctrl+r", "enter")
        await board.settle()
        assert text(board) == "Pay"
        assert not board.app.drafts.all()

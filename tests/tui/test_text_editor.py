"""Typing in place: a requirement of a card, edited over the map."""

from pathlib import Path

from textual.geometry import Region

from store.records import Card, CardKnownFact, CardQuestion, CardRequirement
from tests.planner.plans import on, request
from tests.tui.board import OpenBoard, open_board, plan_thread
from tui.edits import answer_edit, knowledge_edit, new_knowledge_edit
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
    edit_in_place(board.map, plan_thread(board.app), REGION, knowledge_edit(item, card))


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


async def test_it_grows_up_to_the_screen_and_stays_on_it(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        card, item = with_requirement(board)
        low = Region(2, 21, 60, 1)
        edit_in_place(board.map, plan_thread(board.app), low, knowledge_edit(item, card))
        await board.settle()
        assert editor(board).region.bottom == 22  # the status line and the keys stay in sight
        for number in range(40):
            board.rush("ctrl+j", *f"line {number}")
        await board.settle()
        assert (editor(board).region.y, editor(board).region.bottom) == (0, 22)
        assert "line 39" in board.dialog
        assert "enter Save" in board.dialog
        await board.pilot.resize_terminal(60, 14)
        await board.settle()
        assert editor(board).region.bottom == 12
        assert "line 39" in board.dialog


async def test_several_fields(database_path: Path) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        card = board.card("w1a1c1")
        edit = new_knowledge_edit("known_fact", card)
        edit_in_place(board.map, plan_thread(board.app), REGION, edit)
        board.rush(*"Euros", "tab", *"contract", "tab", "!", "shift+tab", ".", "ctrl+s")
        await board.settle()
        (fact,) = board.db.list(CardKnownFact)
        assert (fact.text, fact.evidence_source) == ("Euros!", "contract.")

        edit_in_place(board.map, plan_thread(board.app), REGION, edit)
        board.rush("tab", "x", "enter")
        await board.settle()
        assert "Known fact can't be blank." in board.dialog
        board.rush(*"y", "enter")
        await board.settle()
        assert len(board.db.list(CardKnownFact)) == 2


async def test_nothing_typed_is_nothing_saved(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card, item = with_requirement(board)
        for keys in (["enter"], ["escape"], [" ", "enter"], [" ", "ctrl+j", "escape"]):
            edit_in_place(
                board.map, plan_thread(board.app), REGION, new_knowledge_edit("question", card)
            )
            board.rush(*keys)
            await board.settle()
        edit(board, card, item)
        board.rush("enter")
        await board.settle()
        assert not board.db.list(CardQuestion)
        assert not board.app.drafts.all()
        assert board.plan.log()[-1].action_type == "createCard"


async def test_a_click_elsewhere_keeps_the_text(database_path: Path) -> None:
    async with open_board(database_path) as board:
        edit(board, *with_requirement(board))
        board.rush("end", "!")
        await board.settle()
        await board.pilot.click(board.map, offset=board.at("w1a1c3"))
        await board.settle()
        assert not board.screen.query(TextEditor)
        assert KEPT in board.status
        assert board.selected == "w1a1c3"
        (draft,) = board.app.drafts.all()
        assert draft.values == {"text": "Pay!"}


async def test_it_says_at_once_what_others_do(database_path: Path) -> None:
    async with open_board(database_path) as board:
        edit(board, *with_requirement(board))
        await board.settle()
        change = {"kind": "requirement", "id": "r1", "text": "Theirs"}
        ben = board.plan.as_actor("ben")
        ben.apply(
            board.plan.project_id, [request("upsertCardKnowledgeItem", on("w1a1c1"), **change)]
        )
        await board.until(lambda: "ben changed text meanwhile" in board.dialog)


async def test_a_question_is_answered(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card = board.card("w1a1c1")
        question = CardQuestion(id="q", card_id=card.id, text="Which?", position=0, source="user")
        board.db.insert(question)
        edit = answer_edit(question, card, as_known_fact=True)
        edit_in_place(board.map, plan_thread(board.app), REGION, edit)
        board.rush(*"Euros", "enter")
        await board.settle()
        (answered,) = board.db.list(CardQuestion)
        assert (answered.answer, answered.status) == ("Euros", "approved")
        assert [fact.text for fact in board.db.list(CardKnownFact)] == ["Euros"]


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

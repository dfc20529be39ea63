"""Two people at one thing: what the screen says, and that nothing is lost."""

from pathlib import Path

import pytest
from textual.geometry import Region

from store.records import Card, CardRequirement
from tests.planner.plans import in_activity, on, request
from tests.tui.board import OpenBoard, open_board, plan_thread
from tui.drafts import DraftKey
from tui.edits import knowledge_edit
from tui.screens.saving import edit_in_place

REGION = Region(2, 6, 60, 3)


def ben(board: OpenBoard, *requests: object) -> None:
    """Change the plan as somebody else, through a connection of their own."""
    board.plan.as_actor("ben").apply(board.plan.project_id, requests)  # type: ignore[arg-type]


def change(**values: object) -> dict[str, object]:
    return request("updateCard", on("w1a1c1"), **values)


def a_requirement(board: OpenBoard) -> CardRequirement:
    values = {"kind": "requirement", "id": "r1", "text": "Pay"}
    ben(board, request("upsertCardKnowledgeItem", on("w1a1c1"), **values))
    item = board.db.get(CardRequirement, "r1")
    assert item is not None
    return item


async def test_what_only_others_changed_stays(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!")
        ben(board, change(status="review", description="Theirs"))
        await board.press("ctrl+s")
        assert board.top == "MapScreen"
        card = board.card("w1a1c1")
        assert (card.title, card.status, card.description) == ("Card 1.1.1!", "review", "Theirs")
        assert "ben changed description, status meanwhile" in board.status


async def test_a_form_says_at_once_what_others_do(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        ben(board, change(title="Theirs"))
        await board.until(lambda: "ben changed title meanwhile" in board.dialog)
        ben(board, request("deleteCard", on("w1a1c1")))
        await board.until(lambda: "ben deleted this meanwhile" in board.dialog)


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        (["m", "enter"], "Card 1.1.1 mine"),
        (["t", "ctrl+s"], "Theirs"),
        (["t", "m", "enter"], "Card 1.1.1 mine"),
        (["e", "end", "!", "enter", "enter"], "Card 1.1.1 mine!"),
    ],
)
async def test_a_title_both_changed_is_chosen(
    database_path: Path, keys: list[str], title: str
) -> None:
    async with open_board(database_path, size=(80, 24)) as board:
        await board.press("E")
        await board.hit("end", *" mine")
        ben(board, change(title="Theirs", status="review"))
        await board.press("ctrl+s")
        assert board.top == "ConflictScreen"
        for words in (
            "ben changed card #1 while you typed",
            "Card 1.1.1 mine",
            "Theirs",
            "by ben",
            "Status: changed by ben, stays as it is now",
        ):
            assert words in board.dialog
        await board.press("enter")  # nothing is chosen yet
        assert board.top == "ConflictScreen"
        await board.press(*keys)
        assert board.top == "MapScreen"
        card = board.card("w1a1c1")
        assert (card.title, card.status) == (title, "review")
        assert not board.app.drafts.all()


async def test_two_fields_are_chosen_one_by_one(database_path: Path) -> None:
    async with open_board(database_path) as board:
        ben(board, change(description="One\nTwo"))
        await board.settle()
        await board.press("E")
        await board.hit("end", "!", "tab", "A", " ", "tab", "tab", "3")
        ben(board, change(title="Theirs", description="One\nThree"))
        await board.press("ctrl+s")
        assert "Card 1.1.1!" in board.dialog
        await board.press("tab")
        shown = board.dialog
        for words in ("Description", "- Two", "+ Three", "+ A One"):
            assert words in shown
        await board.press("shift+tab", "t", "m", "enter")
        card = board.card("w1a1c1")
        assert (card.title, card.description, card.priority) == ("Theirs", "A One\nTwo", 3)


async def test_going_back_keeps_the_form_and_the_text(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!")
        ben(board, change(title="Theirs"))
        await board.press("ctrl+s", "escape")
        assert board.top == "CardForm"
        assert "Card 1.1.1!" in board.dialog
        await board.press("escape", "E")
        assert "Card 1.1.1!" in board.dialog  # offered again
        assert "begun before others changed it" in board.dialog
        await board.press("ctrl+s")
        assert board.top == "ConflictScreen"  # and still told from what it was begun on
        await board.press("t", "enter")
        assert board.card("w1a1c1").title == "Theirs"


async def test_a_third_change_is_asked_about_as_well(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!")
        ben(board, change(title="Theirs"))
        await board.press("ctrl+s")
        ben(board, change(title="Theirs again"))
        await board.press("m", "enter")
        assert board.top == "ConflictScreen"
        assert "Theirs again" in board.dialog
        await board.press("m", "enter")
        assert board.card("w1a1c1").title == "Card 1.1.1!"


async def test_what_is_written_from_both_is_kept_while_it_is_typed(database_path: Path) -> None:
    async with open_board(database_path) as board:
        ben(board, change(description="One\nTwo\nThree"))
        await board.settle()
        await board.open_form()
        await board.press("tab")
        await board.hit("A", " ")
        ben(board, change(description="One\nTwo\nFour"))
        await board.press("ctrl+s", "e")
        assert "both your changes, to look over" in board.dialog
        await board.hit(*"And ")
        draft = board.app.drafts.ours(DraftKey("card", ("w1a1c1",)))
        assert draft is not None
        assert draft.values["description"] == "And A One\nTwo\nFour"
        await board.press("escape")
        draft = board.app.drafts.ours(DraftKey("card", ("w1a1c1",)))
        assert draft is not None
        assert draft.values["description"] == "A One\nTwo\nThree"
        await board.press("e", "enter", "enter")
        assert board.card("w1a1c1").description == "A One\nTwo\nFour"


async def test_titles_typed_in_place_clash_too(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("e")
        await board.hit("end", "!")
        ben(board, change(title="Theirs"))
        await board.press("enter")
        assert board.top == "ConflictScreen"
        await board.press("escape")
        assert board.card("w1a1c1").title == "Theirs"
        await board.press("D")
        assert "Card 1.1.1!" in board.dialog
        await board.press("escape")
        for wanted, action in (("w1a1", "updateActivity"), ("w1", "updateWorkflow")):
            await board.select(wanted)
            await board.press("R")
            await board.hit("end", "!")
            target = {"workflow_id": "w1"} if wanted == "w1" else in_activity("w1a1")
            ben(board, request(action, target, title="Theirs"))
            await board.press("enter")
            assert board.top == "ConflictScreen"
            await board.press("m", "enter")
        assert board.activity("w1a1").title == "Step 1!"
        assert board.workflow("w1").title == "Workflow 1!"


async def test_what_was_deleted_can_be_saved_as_new(database_path: Path) -> None:
    async with open_board(database_path) as board:
        card, item = board.card("w1a1c1"), a_requirement(board)
        edit_in_place(board.map, plan_thread(board.app), REGION, knowledge_edit(item, card))
        await board.settle()
        await board.hit("end", "!")
        gone = request("deleteCardKnowledgeItem", on("w1a1c1"), kind="requirement", id="r1")
        ben(board, gone)
        await board.press("enter")
        assert board.top == "Confirm"
        assert "ben deleted the requirement while you typed" in board.dialog
        await board.press("n")
        assert [draft.values for draft in board.app.drafts.all()] == [{"text": "Pay!"}]
        await board.press("D", "enter")
        await board.press("ctrl+s")
        (made,) = board.db.list(CardRequirement, card_id="w1a1c1")
        assert made.text == "Pay!"
        assert not board.app.drafts.all()


async def test_a_deleted_card_is_made_anew(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!")
        ben(board, request("deleteCard", on("w1a1c1")))
        await board.press("ctrl+s", "y")
        assert board.top == "MapScreen"
        titles = [card.title for card in board.db.list(Card, workflow_activity_id="w1a1")]
        assert "Card 1.1.1!" in titles


async def test_a_text_whose_activity_went_as_well_is_kept(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!")
        ben(board, request("deleteActivity", in_activity("w1a1")))
        await board.press("ctrl+s", "y")
        assert board.top == "CardForm"
        assert "no activity w1a1" in board.dialog
        await board.press("escape", "D", "enter")
        assert "Card 1.1.1!" in board.dialog  # to read and to copy
        await board.press("ctrl+s")
        assert "was deleted" in board.dialog


async def test_two_boards_on_one_card(database_path: Path) -> None:
    """Neither board loses what the other saved."""
    async with open_board(database_path) as board:
        await board.press("E")
        await board.hit("end", "!", "tab", *"About it")
        ben(board, change(description="Theirs", quick_answer="Yes"))
        await board.press("ctrl+s", "m", "enter")
        card = board.card("w1a1c1")
        assert (card.title, card.description) == ("Card 1.1.1!", "About it")
        assert card.quick_answer == "Yes"
        assert board.plan.undo().message.startswith("Undid: change card #1")
        assert board.card("w1a1c1").description == "Theirs"

"""Marked cards: what keys do to all of them at once, and what becomes of the marks."""

from pathlib import Path

from store.records import Card, PlanningAction
from tests.planner.plans import on
from tests.tui.board import OpenBoard, open_board
from tests.tui.mark_checks import make_ready, marked


def batches(board: OpenBoard) -> int:
    """How many batches were applied."""
    rows = board.db.list(PlanningAction, project_id=board.plan.project_id)
    return len({row.batch_id for row in rows if row.batch_id})


async def test_one_key_changes_all_marked_as_one_batch(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.select("w1a1")
        await board.press("v")
        await board.select("w2a2c3")
        await board.press("v")
        before = batches(board)
        await board.press("s")
        some = ["w1a1c1", "w1a1c2", "w1a1c3", "w2a2c3"]
        assert {board.card(card).status for card in some} == {"active"}
        assert "4 cards: status active" in board.status
        assert batches(board) == before + 1
        await board.press("S", "+", "+", "-")
        assert {board.card(card).status for card in some} == {"todo"}
        assert {board.card(card).priority for card in some} == {1}
        assert "4 cards: priority low" in board.status
        assert marked(board) == some
        await board.press("u", "u", "u")
        assert {board.card(card).priority for card in some} == {0}
        assert board.card("w1a2c1").status == "todo"
        board.agrees()


async def test_marked_cards_move_together_past_what_is_hidden(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("v", "v", "shift+down")
        assert board.stored["w1a1"] == ["w1a1c3", "w1a1c1", "w1a1c2"]
        assert "2 cards: moved down" in board.status
        await board.press("shift+right")
        assert board.stored["w1a2"] == ["w1a2c1", "w1a1c1", "w1a1c2", "w1a2c2", "w1a2c3"]
        assert board.selected == "w1a1c3"
        await board.press("u", "u")
        assert board.stored["w1a1"] == ["w1a1c1", "w1a1c2", "w1a1c3"]
        assert marked(board) == ["w1a1c1", "w1a1c2"]
        board.rush(*["shift+down"] * 3)
        await board.settle()
        assert board.stored["w2a1"][:3] == ["w2a1c1", "w1a1c1", "w1a1c2"]
        board.agrees()


async def test_marked_cards_go_to_a_chosen_activity(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("v", "v", "m")
        assert "Move 2 cards to…" in board.dialog
        await board.press(*"Step 2", "enter")
        assert board.stored["w1a2"][-2:] == ["w1a1c1", "w1a1c2"]
        assert board.stored["w1a1"] == ["w1a1c3"]


async def test_deleting_asks_and_marks_go_with_the_cards(database_path: Path) -> None:
    async with open_board(database_path) as board:
        make_ready(board.plan, "w1a1c1", "w1a1c2")
        await board.until(lambda: board.text.count("◇") == 2)
        await board.press("v", "v", "d")
        assert "Delete 2 cards?" in board.dialog
        assert "#1 Card 1.1.1" in board.dialog
        assert "2 requirements and all else they hold go with them." in board.dialog
        await board.press("n")
        assert board.db.count(Card) == 12
        await board.press("d", "y")
        assert board.stored["w1a1"] == ["w1a1c3"]
        assert "Deleted 2 cards" in board.status
        assert "marked" not in board.status
        await board.press("u")
        assert board.stored["w1a1"] == ["w1a1c1", "w1a1c2", "w1a1c3"]
        assert board.map.marked == frozenset()
        await board.select("w1a1c3")
        await board.press("*", "d")
        assert "Delete 12 cards?" in board.dialog
        assert "… and 6 more" in board.dialog
        await board.press("n")


async def test_the_ready_are_finalized_and_the_rest_stays_marked(database_path: Path) -> None:
    async with open_board(database_path) as board:
        make_ready(board.plan, "w1a1c1", "w1a1c3")
        await board.until(lambda: board.text.count("◇") == 2)
        await board.press("v", "v", "v", "f")
        assert board.card("w1a1c1").finalized_at
        assert board.card("w1a1c3").finalized_at
        assert marked(board) == ["w1a1c2"]
        assert "1 marked" in board.status
        assert "Finalized 2 cards. Not ready: #2 no requirement is approved" in board.status
        await board.press("f")
        assert "✗ Card #2 can't be finalized yet: no requirement is approved." in board.status
        await board.press("u")
        assert board.card("w1a1c1").finalized_at is None
        assert board.card("w1a1c3").finalized_at is None


async def test_what_is_hidden_is_counted_and_not_changed(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("v", "v", "v")
        await board.press("/", *"1.1.2", "enter")
        assert "1 of 12 cards · 3 marked, 2 hidden" in board.status
        await board.press("s")
        assert [board.card(f"w1a1c{n}").status for n in (1, 2, 3)] == ["todo", "active", "todo"]
        await board.press("/", "ctrl+u", *"2.2.2", "enter")
        assert "3 marked, 3 hidden" in board.status
        before = batches(board)
        for key in ("s", "+", "f", "m", "d", "shift+down"):
            await board.press(key)
            assert board.top == "MapScreen"
            assert "✗ 3 marked, 3 hidden: show them to change them" in board.status
        assert batches(board) == before
        await board.press("/", "escape")
        await board.select("w1")
        await board.press("space")
        assert "3 marked, 3 hidden" in board.status
        await board.press("space")
        assert marked(board) == ["w1a1c1", "w1a1c2", "w1a1c3"]


async def test_marks_follow_their_cards_and_go_with_them(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("v", "v")
        board.plan.act("moveCard", on("w1a1c1"), workflow_activity_id="w2a2", position=0)
        await board.until(lambda: board.shown["w2a2"][0] == "w1a1c1")
        assert marked(board) == ["w1a1c2", "w1a1c1"]
        board.plan.act("deleteCard", on("w1a1c2"))
        await board.until(lambda: "1 marked" in board.status)
        assert marked(board) == ["w1a1c1"]
        # The end of a range may have gone as well.
        await board.select("w1a1c3")
        await board.press("V")
        assert marked(board) == ["w1a1c3", "w1a1c1"]
        await board.press("escape")
        assert "marked" not in board.status

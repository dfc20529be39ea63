"""What the keys must do that mark cards, and the one that finalizes them."""

from tests.planner.plans import Plan, on, request
from tests.tui.board import OpenBoard
from tests.tui.map_checks import checks


def make_ready(plan: Plan, *card_ids: str) -> None:
    """Give cards all that they need to be finalized."""
    plan.apply(
        *(
            request(
                "upsertCardKnowledgeItem",
                on(card_id),
                kind="requirement",
                text="Fast",
                status="approved",
            )
            for card_id in card_ids
        )
    )


def marked(board: OpenBoard) -> list[str]:
    """The marked cards in reading order."""
    return [card.id for card in board.screen.marks.shown()]


@checks("card.finalize")
async def _finalize(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert "✗ Card #1 can't be finalized yet: no requirement is approved" in board.status
    make_ready(board.plan, "w1a1c1")
    await board.until(lambda: "◇" in board.text)
    await board.press(key)
    assert board.card("w1a1c1").finalized_at
    assert "◆" in board.lines[4]
    assert "Finalized card #1" in board.status
    await board.press(key)
    assert board.card("w1a1c1").finalized_at is None
    assert "◇" in board.lines[4]


@checks("map.saved_filters")
async def _saved_filters(board: OpenBoard, key: str) -> None:
    await board.press("/", *"1.1.2", "ctrl+s", *"mine", "enter", "escape", key)
    assert board.top == "SavedFilters"
    assert "mine" in board.dialog
    await board.press("enter")
    assert board.filter.text == "1.1.2"
    assert [card for cards in board.shown.values() for card in cards] == ["w1a1c2"]
    await board.press("escape")


@checks("mark.card")
async def _mark(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.map.marked == {"w1a1c1"}
    assert board.selected == "w1a1c2"
    assert "12 cards · 1 marked" in board.status
    assert board.lines[2].startswith("✚ Card 1.1.1")
    await board.press(key, key, key)
    assert marked(board) == ["w1a1c1", "w1a1c2"]
    assert board.selected == "w1a1c3"
    await board.select("w1a2")
    await board.press(key)
    assert "5 marked" in board.status
    await board.select("w1")
    await board.press(key)
    assert "6 marked" in board.status
    await board.press(key)
    assert "marked" not in board.status


@checks("mark.range")
async def _mark_range(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert marked(board) == ["w1a1c1"]
    await board.select("w1a2c2")
    await board.press(key)
    assert marked(board) == ["w1a1c1", "w1a1c2", "w1a1c3", "w1a2c1", "w1a2c2"]
    await board.select("w1a2c3")
    await board.press("v")
    await board.select("w2a1c1")
    await board.press(key)
    assert marked(board)[-2:] == ["w1a2c3", "w2a1c1"]
    await board.press("escape")
    await board.select("w2a1c3")
    await board.press(key)
    assert marked(board) == ["w2a1c3"]
    await board.select("w2a1")
    await board.press(key)
    assert "✗ Select a card first" in board.status
    await board.press("escape")


@checks("mark.all")
async def _mark_all(board: OpenBoard, key: str) -> None:
    await board.press("/", *"1.1", "enter", key)
    assert marked(board) == ["w1a1c1", "w1a1c2", "w1a1c3", "w2a1c1"]
    assert "4 of 12 cards · 4 marked" in board.status
    await board.press(key)
    assert "marked" not in board.status
    await board.press(key, "escape")
    assert marked(board) == []
    assert board.filter.is_open
    await board.press("escape", key)
    assert len(marked(board)) == 12
    await board.press(key)

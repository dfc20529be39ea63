"""What the mouse does on the map; everything here has a key as well."""

from pathlib import Path

from textual.events import MouseMove, MouseScrollDown, MouseScrollUp
from textual.geometry import Offset

from tests.planner.plans import on
from tests.tui.board import OpenBoard, open_board

SMALL = (80, 24)


async def test_a_click_selects_and_moves_nothing(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for wanted in ("w1a2c2", "w2a1", "w2", "w1a1c3"):
            await _click(board, board.at(wanted))
            assert board.selected == wanted
        assert board.plan.project.action_sequence == 18
        await _click(board, Offset(3, board.map.size.height - 1))
        assert board.selected == "w1a1c3"


async def test_a_click_on_a_card_half_in_view_moves_nothing(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, cards=9, size=SMALL) as board:
        bottom = board.map.scrollable_content_region.height - 1
        half = board.map.place_at(5, bottom)
        while half is None or board.map.screen_region(half).bottom <= bottom + 1:
            board.map.scroll_relative(y=1, animate=False, immediate=True)
            await board.settle()
            half = board.map.place_at(5, bottom)
        await _click(board, Offset(5, bottom))
        assert board.map.place == half
        assert board.plan.project.action_sequence == 21
        board.agrees()


async def test_the_wheel_scrolls_and_leaves_the_selection(database_path: Path) -> None:
    async with open_board(database_path, workflows=4, size=SMALL) as board:
        await _post(board, MouseScrollDown, Offset(5, 5))
        await board.pilot.wait_for_scheduled_animations()
        await board.settle()
        assert board.map.scroll_offset.y > 0
        assert board.selected == "w1a1c1"
        assert "▾ Workflow 1" in board.lines[0]
        await _post(board, MouseScrollUp, Offset(5, 5))
        await board.pilot.wait_for_scheduled_animations()
        await board.settle()
        assert board.map.scroll_offset.y == 0


async def test_a_double_click_opens_the_form(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.pilot.double_click(board.map, board.at("w1a2c2"))
        await board.settle()
        assert board.top == "CardScreen"
        assert "Card 1.2.2" in board.dialog


async def test_a_double_click_beside_the_cards_opens_nothing(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.pilot.double_click(board.map, Offset(5, board.map.size.height - 1))
        await board.settle()
        assert board.top == "MapScreen"


async def test_dragging_moves_a_card_to_another_activity(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await _drag(board, board.at("w1a1c1"), board.at("w2a2c2"))
        assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3"]
        assert board.stored["w2a2"] == ["w2a2c1", "w1a1c1", "w2a2c2", "w2a2c3"]
        assert board.selected == "w1a1c1"
        board.agrees()


async def test_dragging_shows_where_a_card_would_go(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.pilot.mouse_down(board.map, board.at("w1a1c1"))
        onto = board.at("w1a2c3")
        await board.pilot._post_mouse_events([MouseMove], board.map, onto, button=1)
        await board.settle()
        assert board.lines[onto.y].count("█") == 1
        await board.pilot.mouse_up(board.map, board.at("w1a1c1"))
        await board.settle()
        assert board.lines[onto.y].count("█") == 0
        assert board.plan.project.action_sequence == 18


async def test_dragging_within_an_activity_reorders_it(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await _drag(board, board.at("w1a1c1"), board.at("w1a1c3"))
        assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3", "w1a1c1"]
        await _drag(board, board.at("w1a1c1"), board.at("w1a1c2"))
        assert board.stored["w1a1"] == ["w1a1c1", "w1a1c2", "w1a1c3"]


async def test_dragging_onto_a_heading_puts_a_card_first(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await _drag(board, board.at("w1a1c2"), board.at("w2a2"))
        assert board.stored["w2a2"][0] == "w1a1c2"
        await _drag(board, board.at("w2a1c1"), board.at("w1"))
        assert board.stored["w1a1"] == ["w2a1c1", "w1a1c1", "w1a1c3"]


async def test_dragging_below_the_last_card_puts_a_card_last(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for card in ("w1a2c1", "w1a2c2", "w1a2c3"):
            board.plan.act("deleteCard", on(card))
        await board.until(lambda: board.shown["w1a2"] == [])
        below = board.at("w1a2") + Offset(0, 6)
        await _drag(board, board.at("w1a1c1"), below)
        assert board.stored["w1a2"] == ["w1a1c1"]
        await _drag(board, board.at("w1a1c2"), below)
        assert board.stored["w1a2"] == ["w1a1c1", "w1a1c2"]
        await _drag(board, board.at("w1a1c1"), below + Offset(0, 2))
        assert board.stored["w1a2"] == ["w1a1c2", "w1a1c1"]


async def test_dragging_out_of_the_map_moves_nothing(database_path: Path) -> None:
    async with open_board(database_path) as board:
        for outside in (Offset(100, 5), Offset(20, 38), Offset(110, 39)):
            await board.pilot.mouse_down(board.map, board.at("w1a1c1"))
            await board.pilot.mouse_up(offset=outside)
            await board.settle()
        assert board.plan.project.action_sequence == 18


async def test_a_card_that_is_gone_when_let_go_of_is_refused(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.pilot.mouse_down(board.map, board.at("w1a1c1"))
        onto = board.at("w1a2c2")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.until(lambda: "w1a1c1" not in board.shown["w1a1"])
        await board.pilot.mouse_up(board.map, onto)
        await board.settle()
        assert "✗ " in board.status
        board.agrees()


async def test_a_click_on_the_fold_sign_folds(database_path: Path) -> None:
    async with open_board(database_path) as board:
        sign = board.at("w1") + Offset(-4, 0)
        await _click(board, sign)
        assert "▸ Workflow 1" in board.lines[0]
        assert board.selected == "w1"
        await _click(board, sign)
        assert "▾ Workflow 1" in board.lines[0]


async def test_the_headings_in_place_can_be_clicked(database_path: Path) -> None:
    async with open_board(database_path, workflows=2, cards=9, size=SMALL) as board:
        board.map.scroll_to(y=20, animate=False, immediate=True)
        await board.settle()
        assert "▾ Workflow 1" in board.lines[0]
        assert "Step 2" in board.lines[1]
        await _click(board, Offset(40, 1))
        assert board.selected == "w1a2"
        await _click(board, Offset(40, 0))
        assert board.selected == "w1"


async def test_a_click_elsewhere_lets_a_typed_title_be(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n", *"Pay")
        await _click(board, board.at("w2a1c1"))
        assert not board.is_typing_title
        assert board.selected == "w2a1c1"
        assert board.plan.project.action_sequence == 18


async def _click(board: OpenBoard, at: Offset) -> None:
    await board.pilot.click(board.map, at)
    await board.settle()


async def _drag(board: OpenBoard, start: Offset, end: Offset) -> None:
    await board.pilot.mouse_down(board.map, start)
    await board.pilot._post_mouse_events([MouseMove], board.map, end, button=1)
    await board.pilot.mouse_up(board.map, end)
    await board.settle()


async def _post(board: OpenBoard, kind: type, at: Offset) -> None:
    await board.pilot._post_mouse_events([kind], board.map, at)
    await board.settle()

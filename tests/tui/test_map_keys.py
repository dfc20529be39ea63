"""Every key of the map, seen on the map and in the database."""

import threading
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.events import AppBlur, AppFocus

from planner.projects import create_project
from store.records import Card, CardStatus, Project, Workflow
from store.sqlite import SqliteAdapter
from tests.planner.plans import in_activity, on, request
from tests.tui import (  # noqa: F401  (they fill CHECKS)
    draft_checks,
    lane_checks,
    mark_checks,
    run_checks,
    screen_checks,
)
from tests.tui.board import PATIENCE, OpenBoard, a_plan, open_board, opened_on
from tests.tui.map_checks import CHECKS, checks
from tui.screens.map_keys import MAP_KEYS
from tui.screens.panes import Panes
from tui.session import Session

KEYS = {
    binding.id: binding for binding in (*MAP_KEYS, *Panes.BINDINGS) if isinstance(binding, Binding)
}


def test_every_binding_has_a_check() -> None:
    assert len(KEYS) == len(MAP_KEYS) + len(Panes.BINDINGS)
    assert KEYS.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("binding_id", "key"),
    [(name, key) for name, binding in KEYS.items() for key in binding.key.split(",")],
)
async def test_key(database_path: Path, binding_id: str, key: str) -> None:
    async with open_board(database_path) as board:
        assert board.selected == "w1a1c1"
        await CHECKS[binding_id](board, key)
        assert board.top == "MapScreen"
        board.agrees()


# A card


@checks("card.new")
async def _new_card(board: OpenBoard, key: str) -> None:
    await board.press(key)
    await board.write("Sign in")
    await board.press("enter")
    made = board.stored["w1a1"][1]
    assert board.card(made).title == "Sign in"
    assert board.card(made).number == 13
    assert board.selected == made
    assert "Sign in" in board.text
    assert "Created card #13" in board.status


@checks("card.title")
async def _title(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.title_input.value == "Card 1.1.1"
    await board.press("end", *" again", "enter")
    assert board.card("w1a1c1").title == "Card 1.1.1 again"
    assert "Card 1.1.1 again" in board.text
    assert board.selected == "w1a1c1"


@checks("card.open")
async def _open(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "CardScreen"
    assert "#1 Card 1.1.1" in board.dialog
    await board.press("escape")
    assert board.app.focused is board.map


@checks("card.pane")
async def _pane(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.app.focused is board.screen.card_view
    await board.press(key)
    assert board.app.focused is board.map


@checks("card.form")
async def _edit(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "CardForm"
    await board.press("end", "!", "ctrl+s")
    assert board.card("w1a1c1").title == "Card 1.1.1!"
    assert "Card 1.1.1!" in board.text
    await board.press(key)
    await board.press("escape")
    assert board.card("w1a1c1").title == "Card 1.1.1!"


@checks("card.status")
async def _status(board: OpenBoard, key: str) -> None:
    for status in ("active", "questions", "review", "production", "todo"):
        await board.press(key)
        assert board.card("w1a1c1").status == status
        assert f"#1 is now {status}" in board.status
        assert status in board.lines[4]


@checks("card.status_back")
async def _status_back(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.card("w1a1c1").status == CardStatus.PRODUCTION
    assert "production" in board.lines[4]


@checks("card.priority_up")
async def _priority_up(board: OpenBoard, key: str) -> None:
    await board.press(key, key)
    assert board.card("w1a1c1").priority == 2
    assert "#1 is now priority medium" in board.status
    assert "!" in board.lines[4]


@checks("card.priority_down")
async def _priority_down(board: OpenBoard, key: str) -> None:
    await board.press("+", "+", key)
    assert board.card("w1a1c1").priority == 1
    assert "↓" in board.lines[4]
    await board.press(key, key)
    assert board.card("w1a1c1").priority == 0


# What is selected


@checks("map.delete")
async def _delete(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "Confirm"
    assert "Delete card #1?" in board.dialog
    assert "Card 1.1.1" in board.dialog
    await board.press("n")
    assert board.stored["w1a1"] == ["w1a1c1", "w1a1c2", "w1a1c3"]
    await board.press(key, "y")
    assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3"]
    assert board.selected == "w1a1c2"
    assert "Deleted card #1" in board.status


@checks("map.rename")
async def _rename(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.top == "AskText"
    await board.press("end", *" of mine", "enter")
    assert board.activity("w1a1").title == "Step 1 of mine"
    assert "Step 1 of mine" in board.lines[1]
    await board.select("w1")
    await board.press(key, "end", "!", "enter")
    assert board.workflow("w1").title == "Workflow 1!"
    assert "Workflow 1!" in board.lines[0]


@checks("map.filter")
async def _filter(board: OpenBoard, key: str) -> None:
    await board.press(key)
    assert board.filter.is_open
    await board.write("card 2.1")
    assert _matching(board) == ["w1a2c1", "w2a1c1", "w2a1c2", "w2a1c3", "w2a2c1"]
    assert "5 of 12 cards" in board.status
    await board.press("escape")


@checks("map.clear")
async def _clear(board: OpenBoard, key: str) -> None:
    await board.press("/", *"1.1.2", "enter")
    assert board.app.focused is board.map
    assert _matching(board) == ["w1a1c2"]
    await board.press(key)
    assert not board.filter.is_open
    assert board.selected == "w1a1c2"


# The plan


@checks("plan.undo")
async def _undo(board: OpenBoard, key: str) -> None:
    await board.press("s", key)
    assert board.card("w1a1c1").status == "todo"
    assert "todo" in board.lines[4]
    assert "Undid: change card #1 “Card 1.1.1” · ctrl+r brings it back" in board.status


@checks("plan.redo")
async def _redo(board: OpenBoard, key: str) -> None:
    await board.press("s", "u", key)
    assert board.card("w1a1c1").status == "active"
    assert "active" in board.lines[4]
    assert "Redid: change card #1" in board.status


@checks("plan.projects")
async def _projects(board: OpenBoard, key: str) -> None:
    other = create_project(board.db, "Borealis").id
    await board.press(key)
    assert board.top == "Projects"
    assert "Borealis" in board.dialog
    await board.press("down", "enter")
    assert "Borealis" in board.status
    assert board.map.lanes == ()
    assert board.selected is None
    assert board.db.count(Workflow, project_id=other) == 0
    await board.press(key, "up", "enter")
    assert "Atlas" in board.status
    assert board.selected == "w1a1c1"
    await board.press(key, "n", *"Corona", "enter")
    assert "Corona" in board.status
    assert board.db.count(Project, name="Corona") == 1
    await board.press(key, "up", "up", "enter")


# Going about


@checks("go.up")
async def _up(board: OpenBoard, key: str) -> None:
    await _goes(board, key, "w1a1", "w1", "w1")


@checks("go.down")
async def _down(board: OpenBoard, key: str) -> None:
    await _goes(board, key, "w1a1c2", "w1a1c3", "w2", "w2a1", "w2a1c1")


@checks("go.left")
async def _left(board: OpenBoard, key: str) -> None:
    await board.select("w1a2c2")
    await _goes(board, key, "w1a1c2", "w1a1c2")


@checks("go.right")
async def _right(board: OpenBoard, key: str) -> None:
    await _goes(board, key, "w1a2c1", "w1a2c1")


@checks("go.page_up")
async def _page_up(board: OpenBoard, key: str) -> None:
    await board.select("w2a1c3")
    await _goes(board, key, "w1a1c3", "w1", "w1")


@checks("go.page_down")
async def _page_down(board: OpenBoard, key: str) -> None:
    await _goes(board, key, "w2a1c1", "w2a1c3")


@checks("go.first")
async def _first(board: OpenBoard, key: str) -> None:
    await board.select("w2a2c3")
    await _goes(board, key, "w1", "w1")


@checks("go.last")
async def _last(board: OpenBoard, key: str) -> None:
    await _goes(board, key, "w2", "w2")


async def _goes(board: OpenBoard, key: str, *places: str) -> None:
    for place in places:
        await board.press(key)
        assert board.selected == place
    card = board.map.card
    if card is not None:
        assert card.title in board.detail


# Moving


@checks("move.up")
async def _move_up(board: OpenBoard, key: str) -> None:
    await board.select("w2a2c2")
    await board.press(key)
    assert board.stored["w2a2"] == ["w2a2c2", "w2a2c1", "w2a2c3"]
    await board.press(key)
    assert board.stored["w1a2"] == ["w1a2c1", "w1a2c2", "w1a2c3", "w2a2c2"]
    assert board.selected == "w2a2c2"
    await board.select("w2")
    await board.press(key, key)
    assert board.workflows == ["w2", "w1"]
    assert board.selected == "w2"


@checks("move.down")
async def _move_down(board: OpenBoard, key: str) -> None:
    await board.press(key, key)
    assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3", "w1a1c1"]
    await board.press(key)
    assert board.stored["w2a1"] == ["w1a1c1", "w2a1c1", "w2a1c2", "w2a1c3"]
    assert board.selected == "w1a1c1"
    await board.select("w1a2")
    await board.press(key, key)
    assert [column.id for column in board.snapshot.lanes[1].columns] == ["w2a1", "w1a2", "w2a2"]
    assert board.selected == "w1a2"
    assert "Card 1.2.1" in board.text
    await board.select("w1")
    await board.press(key, key)
    assert board.workflows == ["w2", "w1"]
    assert board.selected == "w1"


@checks("move.left")
async def _move_left(board: OpenBoard, key: str) -> None:
    await board.select("w1a2c2")
    await board.press(key, key)
    assert board.stored["w1a1"] == ["w1a1c1", "w1a2c2", "w1a1c2", "w1a1c3"]
    assert board.selected == "w1a2c2"
    await board.select("w1a2")
    await board.press(key)
    assert [column.id for column in board.snapshot.lanes[0].columns] == ["w1a2", "w1a1"]
    assert board.selected == "w1a2"
    await board.select("w1")
    await board.press(key)
    assert board.workflows == ["w1", "w2"]


@checks("move.right")
async def _move_right(board: OpenBoard, key: str) -> None:
    await board.press(key, key)
    assert board.stored["w1a2"] == ["w1a1c1", "w1a2c1", "w1a2c2", "w1a2c3"]
    assert board.selected == "w1a1c1"
    await board.select("w1a1")
    await board.press(key, key)
    assert [column.id for column in board.snapshot.lanes[0].columns] == ["w1a2", "w1a1"]
    assert board.selected == "w1a1"


# Quick keys


async def test_quick_keys_add_up(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, activities=1, cards=5) as board:
        board.rush("+", "+", "+", "+", "+", *["shift+down"] * 3, "s", "s", "c", "c")
        await board.settle()
        assert board.card("w1a1c1").priority == 4
        assert "!!!" in board.text
        assert board.stored["w1a1"][3] == "w1a1c1"
        assert board.card("w1a1c1").status == "questions"
        assert board.activity("w1a1").color == "blue"
        assert board.selected == "w1a1c1"
        board.agrees()


async def test_nothing_is_lost_when_quitting_right_after(database_path: Path) -> None:
    with a_plan(database_path, workflows=1, activities=1, cards=5) as plan:
        async with opened_on(plan, database_path) as board:
            board.rush("+", "+", "+", "+", "+", *["shift+down"] * 3, "q")
            await board.until(lambda: not board.app.is_running)
        assert board.card("w1a1c1").priority == 4
        assert board.stored["w1a1"][3] == "w1a1c1"


async def test_q_quits_but_not_while_typing(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n", "q", "escape", "/", "q", "escape")
        assert board.app.is_running
        await board.pilot.press("q")
        assert not board.app.is_running


# A title being typed


@pytest.mark.parametrize("text", ["Queue, undo + redo / delete? GJK", "d y"])
async def test_what_is_typed_ahead_is_never_a_key_of_the_map(
    database_path: Path, text: str
) -> None:
    async with open_board(database_path) as board:
        board.rush("n", *text)
        await board.settle()
        await board.press("enter")
        assert board.card(board.stored["w1a1"][1]).title == text
        board.rush("/", *text)
        await board.settle()
        assert board.filter.text == text
        assert sum(map(len, board.stored.values())) == 13


async def test_the_key_line_shows_what_works_while_typing(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n")
        assert board.key_line == "enter Save  esc Cancel  f1 Help"
        await board.press("escape")
        assert "n New card" in board.key_line
        await board.press("/")
        assert board.key_line == "enter To the map  tab Complete  ctrl+s Save  esc Clear  f1 Help"
        await board.press("escape")
        assert "n New card" in board.key_line


async def test_f1_helps_while_a_title_is_being_typed(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n", *"Pa", "f1")
        assert board.top == "Help"
        assert "Take this title" in board.dialog
        await board.press("f1", "y", "enter")
        assert board.card(board.stored["w1a1"][1]).title == "Pay"


async def test_what_is_typed_comes_with_no_blanks_around_it(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n", *"  Pay ", "enter")
        assert board.card(board.stored["w1a1"][1]).title == "Pay"


@pytest.mark.parametrize("keys", [("escape",), ("enter",), ("tab",)])
async def test_a_title_let_be_makes_no_card(database_path: Path, keys: tuple[str, ...]) -> None:
    async with open_board(database_path) as board:
        await board.press("n", " ", *keys)
        assert board.db.count(Card) == 12
        assert not board.is_typing_title
        assert board.app.focused is board.map


async def test_a_title_left_as_it_was_is_no_change(database_path: Path) -> None:
    async with open_board(database_path) as board:
        before = board.plan.project.action_sequence
        await board.press("e", "enter", "R", "enter", "E", "ctrl+s")
        assert board.plan.project.action_sequence == before


async def test_a_look_at_another_window_keeps_what_was_typed(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("n", *"Pay")
        board.app.post_message(AppBlur())
        await board.settle()
        board.app.post_message(AppFocus())
        await board.settle()
        await board.press("!", "enter")
        assert board.card(board.stored["w1a1"][1]).title == "Pay!"


async def test_a_title_that_takes_more_than_a_line_opens_the_form(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w1a1c1"), title="one\ntwo\x1b[2J")
        await board.until(lambda: "one two" in board.text)
        await board.press("e")
        assert board.top == "CardForm"
        await board.press("escape")
        assert board.card("w1a1c1").title == "one\ntwo\x1b[2J"


# The filter


def _matching(board: OpenBoard) -> list[str]:
    return [card for cards in board.shown.values() for card in cards]


async def test_the_filter_looks_into_titles_numbers_and_descriptions(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.act("updateCard", on("w2a2c3"), description="Über den Wolken")
        await board.press("/", *"ÜBER wol")
        assert _matching(board) == ["w2a2c3"]
        assert board.selected == "w2a2c3"
        await board.press("ctrl+u", *"#11")
        assert _matching(board) == ["w2a2c2"]
        await board.press("ctrl+u", *"7")
        assert _matching(board) == ["w2a1c1"]
        await board.press("ctrl+u", *"1.2 card")
        assert _matching(board) == ["w1a1c2", "w1a2c1", "w1a2c2", "w1a2c3", "w2a1c2"]
        await board.press("ctrl+w", *"zebra")
        assert _matching(board) == []
        assert "No card matches. escape shows them all." in board.text
        await board.press("escape")
        board.agrees()


async def test_the_filter_knows_what_was_written_since_it_was_last_open(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:
        await board.press("/", "x", "escape")
        board.plan.act("updateCard", on("w1a1c2"), description="zebra")
        await board.press("/", *"zebra")
        assert _matching(board) == ["w1a1c2"]


async def test_a_filter_that_is_kept_goes_on_through_changes(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("/", *"1.1", "enter", "s", "shift+down")
        assert _matching(board) == ["w1a1c2", "w1a1c1", "w1a1c3", "w2a1c1"]
        assert board.card("w1a1c1").status == "active"
        await board.press("escape")
        assert board.stored["w1a1"] == ["w1a1c2", "w1a1c1", "w1a1c3"]


async def test_an_empty_filter_that_is_kept_closes(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("/", "enter")
        assert not board.filter.is_open
        assert board.app.focused is board.map


async def test_a_move_goes_past_the_cards_a_filter_hides(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, activities=1, cards=4) as board:
        for card in ("w1a1c1", "w1a1c4"):
            board.plan.act("updateCard", on(card), title="zebra")
        await board.until(lambda: board.text.count("zebra") == 2)
        await board.press("/", *"zebra", "enter", "shift+down")
        assert board.stored["w1a1"] == ["w1a1c2", "w1a1c3", "w1a1c4", "w1a1c1"]


async def test_a_new_card_below_a_filtered_one_stands_right_below_it(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, activities=1, cards=4) as board:
        await board.press("/", *"1.1.3", "enter", "n", *"1.1.3 too", "enter")
        made = board.stored["w1a1"][3]
        assert board.card(made).title == "1.1.3 too"
        assert board.selected == made


# Where there is little


async def _press_everything(board: OpenBoard) -> None:
    """Press every key of the map, letting be whatever opens."""
    for binding in KEYS.values():
        for key in binding.key.split(","):
            # What opens only once the plan was asked would take the keys that come after.
            await board.press(key)
            for _ in range(9):
                if board.top == "MapScreen" and not (board.is_typing_title or board.filter.is_open):
                    break
                await board.press("escape")
            else:
                pytest.fail(f"{board.top} does not close after {binding.id} {key}")
    await board.settle()


async def test_keys_on_an_empty_project(database_path: Path) -> None:
    with a_plan(database_path) as plan:
        async with opened_on(plan, database_path) as board:
            assert "An empty plan: w makes its first workflow." in board.text
            await _press_everything(board)
            await board.press("n")
            assert "Make an activity first" in board.status
            await board.press("a")
            assert "Make a workflow first" in board.status
            await board.press("w", *"Buy", "enter")
            await board.press("a", *"Pay", "enter")
            await board.press("n", *"Cash", "enter")
            [lane] = board.snapshot.lanes
            assert [card.title for card in lane.columns[0].cards] == ["Cash"]
            board.agrees()


async def test_keys_on_a_workflow_without_activities(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, activities=0, cards=0) as board:
        assert "No activities yet: a makes one." in board.text
        await _press_everything(board)
        assert board.selected == "w1"


async def test_keys_on_an_empty_activity(database_path: Path) -> None:
    async with open_board(database_path, workflows=1, activities=1, cards=0) as board:
        assert "no cards: n adds one" in board.text
        await board.press("down")
        assert board.selected == "w1a1"
        await _press_everything(board)
        await board.select("w1a1")
        await board.press("n", *"Cash", "enter")
        assert len(board.stored["w1a1"]) == 1


async def test_the_last_card_deleted_leaves_its_activity_selected(database_path: Path) -> None:
    async with open_board(database_path, workflows=2, activities=2, cards=1) as board:
        await board.select("w2a2c1")
        await board.press("d", "y")
        assert board.selected == "w2a2"
        await board.press("u")
        assert board.selected == "w2a2c1"
        assert "Undid: delete card #4" in board.status


async def test_deleting_says_what_goes(database_path: Path) -> None:
    async with open_board(database_path) as board:
        fact = request("upsertCardKnowledgeItem", on("w1a1c1"), kind="requirement", text="Fast")
        board.plan.apply(fact)
        await board.until(lambda: "1r" in board.text)
        await board.press("d")
        assert "1 requirement" in board.dialog
        assert "u brings it all back" in board.dialog
        await board.press("n")
        await board.select("w1a1")
        await board.press("d")
        assert "Delete the activity “Step 1”?" in board.dialog
        assert "3 cards" in board.dialog
        await board.press("n")
        await board.select("w1")
        await board.press("d")
        assert "Delete the workflow “Workflow 1”?" in board.dialog
        assert "2 activities and 6 cards" in board.dialog
        await board.press("y")
        assert board.workflows == ["w2"]
        assert board.selected == "w2"
        await board.press("u")
        assert board.workflows == ["w1", "w2"]
        board.agrees()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Keep the board from being read until this is set."""
    event, read = threading.Event(), Session.open

    def open_later(session: Session) -> None:
        assert event.wait(PATIENCE)
        read(session)

    monkeypatch.setattr(Session, "open", open_later)
    return event


async def test_keys_before_the_first_layout(database_path: Path) -> None:
    async with open_board(database_path, wait=False) as board:
        board.rush("down", "G", "shift+down", "s", "+", "d", "space", "e", "enter", "n", "a", "R")
        await board.settle()
        while board.top != "MapScreen" or board.is_typing_title:
            await board.press("escape")
        assert sum(map(len, board.stored.values())) == 12
        board.agrees()


async def test_keys_before_the_board_was_read(database_path: Path, gate: threading.Event) -> None:
    async with open_board(database_path, wait=False) as board:
        await board.until_map()
        keys = [key for binding in KEYS.values() for key in binding.key.split(",")]
        board.rush(*(key for key in keys if key != "slash"))
        await board.pilot.pause()
        gate.set()
        await board.settle()
        while board.top != "MapScreen" or board.is_typing_title:
            await board.press("escape")
        assert sum(map(len, board.stored.values())) == 12
        board.agrees()


async def test_a_filter_typed_before_the_board_was_read_is_kept(
    database_path: Path, gate: threading.Event
) -> None:
    async with open_board(database_path, wait=False) as board:
        await board.until_map()
        await board.hit("/", *"1.1.2!")
        gate.set()
        await board.press("backspace")
        assert board.filter.text == "1.1.2"
        assert _matching(board) == ["w1a1c2"]


async def test_keys_on_a_tiny_screen(database_path: Path) -> None:
    async with open_board(database_path, size=(12, 4)) as board:
        await _press_everything(board)
        board.agrees()


# Undo and redo


async def test_undo_says_what_and_whose(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.plan.as_actor("ben").apply(
            board.plan.project_id, [request("deleteCard", on("w1a1c1"))]
        )
        await board.until(lambda: "w1a1c1" not in board.shown["w1a1"])
        await board.press("u")
        assert "Undid: delete card #1 “Card 1.1.1” by ben · ctrl+r brings it back" in board.status
        assert board.selected == "w1a1c1"
        await board.press("ctrl+r")
        assert "Redid: delete card #1 “Card 1.1.1” by ben" in board.status
        await board.press("ctrl+r")
        assert "✗ There is nothing to redo." in board.status


async def test_undo_back_to_an_empty_plan_and_forth(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("u")
        assert board.workflows == []
        assert board.selected is None
        await board.press("u")
        assert "✗ There is nothing to undo." in board.status
        await board.press("ctrl+r")
        assert sum(map(len, board.stored.values())) == 12
        board.agrees()


# What can't be done


async def test_a_refusal_shows_and_the_app_goes_on(database_path: Path) -> None:
    async with open_board(database_path) as board:
        await board.press("d")
        board.plan.act("deleteCard", on("w1a1c1"))
        await board.press("y")
        assert "✗ " in board.status
        assert "w1a1c1" in board.status
        await board.until(lambda: board.selected == "w1a1c2")
        await board.press("s")
        assert board.card("w1a1c2").status == "active"
        assert "#2 is now active" in board.status


async def test_a_database_that_can_not_be_written_is_told_and_read_on(
    database_path: Path,
) -> None:
    async with open_board(database_path) as board:

        def read_only(session: Session) -> None:
            assert isinstance(session.db, SqliteAdapter)
            session.db._execute("PRAGMA query_only = 1", ())

        board.app._plan.ask(read_only)
        await board.press("s")
        assert "✗ " in board.status
        assert "can't be written" in board.status
        assert board.card("w1a1c1").status == "todo"
        await board.press("down", "E")
        assert board.top == "CardForm"
        await board.press("escape")
        assert board.selected == "w1a1c2"


async def test_a_mistake_of_ours_is_told_and_survived(database_path: Path) -> None:
    async with open_board(database_path) as board:
        board.app._plan.ask(
            lambda session: session.no_such_thing()  # type: ignore[attr-defined]
        )
        await board.settle()
        assert "✗ That went wrong inside planner-tui" in board.status
        await board.press("s")
        assert board.card("w1a1c1").status == "active"


async def test_a_project_deleted_before_it_was_chosen_is_told(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, "Borealis").id
        await board.press("p")
        board.db.delete(Project, other)
        await board.press("down", "enter")
        assert "✗ This project has been deleted meanwhile." in board.status
        await board.press("s")
        assert board.card("w1a1c1").status == "active"


async def test_another_project_starts_at_its_first_card_unfiltered(database_path: Path) -> None:
    async with open_board(database_path) as board:
        other = create_project(board.db, "Borealis").id
        board.plan.planner.apply(
            other,
            [
                request("createWorkflow", id="b", title="Bee"),
                request("createActivity", {"workflow_id": "b"}, id="ba", title="Fly"),
                request("createCard", in_activity("ba"), id="bac", title="Home"),
                request("createCard", in_activity("ba"), id="bad", title="Out"),
            ],
        )
        await board.select("w2a2c2")
        await board.press("/", *"2.2", "enter", "p")
        await board.press("down", "enter")
        assert not board.filter.is_open
        assert board.selected == "bac"
        assert board.shown == {"ba": ["bac", "bad"]}

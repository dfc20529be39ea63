"""From an empty database to a plan, and back on another day."""

from pathlib import Path

import pytest

from tests.e2e.screens import (
    CTRL_R,
    ENTER,
    MOVE_DOWN,
    MOVE_RIGHT,
    UP,
    Board,
    wait_for_rows,
)

CARDS = """
SELECT card.title FROM card JOIN workflow_activity AS activity
ON activity.id = card.workflow_activity_id ORDER BY activity.position, card.position
"""


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_a_first_plan_and_the_next_day(database_path: Path, home: Path, size: tuple[int, int]):
    with Board("--db", database_path, home=home, size=size) as board:
        board.wait_for("Welcome")
        board.press("n")
        board.wait_for("What are you building?")
        board.press("Lamp", ENTER)
        board.wait_for("w makes its first workflow")
        for key, dialog, title in (
            ("w", "New workflow", "Read"),
            ("a", "New activity", "Find"),
            ("a", "New activity", "Keep"),
        ):
            board.press(key)
            board.wait_for(dialog)
            board.press(title, ENTER)
            board.wait_gone(dialog)
            board.wait_for(title)
        board.press("\x1b[D")
        for number, title in enumerate(("Search", "Sort", "Share"), 1):
            board.press("n")
            board.wait_for("▔▔▔")
            board.press(title, ENTER)
            board.wait_for(f"#{number}", title)
        wait_for_rows(database_path, CARDS, [("Search",), ("Sort",), ("Share",)])

        board.press(UP, UP)
        board.wait_until(lambda: board.selected() == "Search", "Search to be selected")
        board.press("e")
        board.wait_for("▔▔▔")
        board.press("\x15Search by name", ENTER)
        board.wait_for("Search by name")
        board.press("s")
        board.wait_for("active")
        board.press("+")
        board.wait_for("priority low")
        board.press(MOVE_DOWN)
        wait_for_rows(database_path, CARDS, [("Sort",), ("Search by name",), ("Share",)])
        board.press(MOVE_RIGHT)
        wait_for_rows(database_path, CARDS, [("Sort",), ("Share",), ("Search by name",)])
        board.wait_until(lambda: board.selected().startswith("Search"), "the moved card")

        board.press("d")
        board.wait_for("Delete card #1?")
        board.press("y")
        board.wait_gone("Delete card #1?")
        wait_for_rows(database_path, CARDS, [("Sort",), ("Share",)])
        board.press("u")
        wait_for_rows(database_path, CARDS, [("Sort",), ("Share",), ("Search by name",)])
        board.wait_for("Search by name")
        board.quit()

    with Board("--db", database_path, home=home, size=size) as board:
        board.wait_for("Lamp", "Read", "Sort", "Share", "Search by")
        board.press("u")
        wait_for_rows(database_path, CARDS, [("Sort",), ("Search by name",), ("Share",)])
        board.quit()

    with Board("--db", database_path, home=home, size=size) as board:
        board.wait_for("Lamp", "Search by")
        board.press(CTRL_R)
        wait_for_rows(database_path, CARDS, [("Sort",), ("Share",), ("Search by name",)])
        board.quit()


def test_what_was_asked_for_before_quitting_is_done(database_path: Path, home: Path):
    from tests.e2e.plans import make_plan

    make_plan(database_path, [["one", "two", "three"], []])
    with Board("--db", database_path, home=home) as board:
        board.wait_for("one", "two", "three")
        board.press(MOVE_DOWN, MOVE_DOWN, MOVE_RIGHT, "q")
        assert board.terminal.wait() == 0
    wait_for_rows(database_path, CARDS, [("two",), ("three",), ("one",)])

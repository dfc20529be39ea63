"""Two boards and a command on one file."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import DOWN, ENTER, MOVE_RIGHT, Board, command

SOON = 1.0
"""Seconds within which another program's change appears, on a machine that has nothing else to do."""


@pytest.fixture
def plan(database_path: Path) -> Path:
    make_plan(database_path, [["Search", "Sort", "Share"], ["Keep"]])
    return database_path


def test_a_change_in_one_board_appears_in_the_other(plan: Path, home: Path):
    with Board("--db", plan, home=home) as here, Board("--db", plan, home=home) as there:
        here.wait_for("Search", "Keep")
        there.wait_for("Search", "Keep")
        there.press(DOWN, DOWN)
        there.wait_until(lambda: there.selected() == "Share", "Share to be selected")

        here.press("n")
        here.wait_for("▔▔▔")
        here.press("Scan a page", ENTER)
        here.wait_for("Scan a page")
        assert there.wait_for("Scan a page", ceiling=5 * SOON) < 3 * SOON
        assert there.selected() == "Share"

        # And the other way, with what is selected there somewhere else by now.
        there.press(MOVE_RIGHT)
        there.wait_for("Move")
        here.wait_until(
            lambda: (
                any("Keep" in line and "Share" in line for line in here.lines)
                or any(line.rstrip().endswith("Share") for line in here.lines)
            ),
            "Share in the second column",
            ceiling=5 * SOON,
        )
        assert here.selected() == "Scan a page"


def test_a_command_s_change_appears(plan: Path, home: Path):
    rename = {
        "action_type": "updateCard",
        "target_ref": {"card_id": "c0-0"},
        "payload": {"title": "Search by author"},
    }
    with Board("--db", plan, home=home) as board:
        board.wait_for("Search")
        board.press(DOWN)
        board.wait_until(lambda: board.selected() == "Sort", "Sort to be selected")
        done = subprocess.run(
            command("--db", plan, "apply", "-", "--json"),
            input=json.dumps(rename),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["ok"]
        board.wait_for("Search by author", ceiling=5 * SOON)
        assert board.selected() == "Sort"


def test_a_card_deleted_elsewhere_leaves_the_selection_nearby(plan: Path, home: Path):
    delete = {"action_type": "deleteCard", "target_ref": {"card_id": "c0-1"}}
    with Board("--db", plan, home=home) as board:
        board.wait_for("Search")
        board.press(DOWN)
        board.wait_until(lambda: board.selected() == "Sort", "Sort to be selected")
        subprocess.run(
            command("--db", plan, "apply", "-"),
            input=json.dumps(delete),
            text=True,
            check=True,
            capture_output=True,
        )
        board.wait_gone("Sort")
        assert board.selected() == "Share"

"""What a person types: in their own editor, through a kill, and beside somebody else."""

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import ENTER, ESCAPE, Board, query, wait_for_rows

CTRL_E, CTRL_S, TAB = "\x05", "\x13", "\t"
FORM = "E"

DESCRIPTION = "SELECT description FROM card WHERE id = 'c0-0'"


@pytest.fixture
def plan(database_path: Path) -> Path:
    make_plan(database_path, [["Search", "Sort"]])
    return database_path


def test_a_description_from_the_person_s_own_editor(plan: Path, home: Path):
    editor = home / "editor"
    # It takes the terminal for itself: it asks, and waits for a key of its own.
    editor.write_text(
        '#!/bin/sh\nprintf "\\033[2J\\033[HPress return in the editor "\nread answer\n'
        'printf "By %s\\nand by title\\n" "$answer" > "$1"\n'
    )
    editor.chmod(0o755)
    with Board("--db", plan, home=home, EDITOR=str(editor)) as board:
        board.wait_for("Search")
        board.press(FORM)
        board.wait_for("Description")
        board.press(TAB, CTRL_E)
        board.wait_for("Press return in the editor")
        board.press("author\n")
        board.wait_for("By author", "and by title", "Quick answer")
        board.press("!", CTRL_S)
        wait_for_rows(plan, DESCRIPTION, [("By author\nand by title!",)])
        board.wait_gone("Quick answer")
        board.quit()


def test_an_editor_that_is_not_there(plan: Path, home: Path):
    with Board("--db", plan, home=home) as board:
        board.wait_for("Search")
        board.press(FORM)
        board.wait_for("Description")
        board.press(TAB, "x", CTRL_E)
        board.wait_for("No editor is named", "$VISUAL or $EDITOR")
        board.press("y", CTRL_S)
        wait_for_rows(plan, DESCRIPTION, [("xy",)])


def test_what_was_typed_outlives_a_kill(plan: Path, home: Path):
    with Board("--db", plan, home=home) as board:
        board.wait_for("Search")
        board.press(FORM)
        board.wait_for("Description")
        board.press(TAB, "Words that nobody saved")
        board.wait_for("Words that nobody saved")
        drafts = home / ".local/state/planner-tui/drafts"
        board.wait_until(
            lambda: any(b"nobody saved" in path.read_bytes() for path in drafts.rglob("*.json")),
            "the draft's file",
        )
        os.kill(board.terminal.pid, signal.SIGKILL)
    assert query(plan, DESCRIPTION) == [(None,)]

    with Board("--db", plan, home=home) as board:
        board.wait_for("There is an unsaved text: D shows it")
        board.press("D")
        board.wait_for("Unsaved texts", "card #1", "Words that nobody saved")
        board.press(ENTER)
        board.wait_for("Description", "ctrl+r takes what is saved back")
        board.press(CTRL_S)
        wait_for_rows(plan, DESCRIPTION, [("Words that nobody saved",)])
        board.wait_gone("Description")
        board.press("D")
        board.wait_for("Nothing is unsaved")
        board.press(ESCAPE)
        board.wait_gone("Nothing is unsaved")
        board.quit()
    assert not list(drafts.rglob("*.json"))


def test_two_people_at_one_title(plan: Path, home: Path):
    with Board("--db", plan, home=home) as here, Board("--db", plan, home=home) as there:
        for board in (here, there):
            board.wait_for("Search")
            board.press(FORM)
            board.wait_for("Description")
        here.press(" by author", CTRL_S)
        here.wait_gone("Description")
        there.wait_for("changed title meanwhile")
        there.press(" by title", CTRL_S)
        there.wait_for("Search by author", "Search by title", "while you typed")
        there.press("m", ENTER)
        there.wait_gone("while you typed")
        wait_for_rows(plan, "SELECT title FROM card WHERE id = 'c0-0'", [("Search by title",)])
        here.wait_for("Search by title")

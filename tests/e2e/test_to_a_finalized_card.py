"""A small product, planned from nothing to a card that may be built."""

from pathlib import Path

from tests.e2e.screens import ENTER, ESCAPE, Board, query, wait_for_rows

FINALIZED = "SELECT number FROM card WHERE finalized_at IS NOT NULL"


def test_from_nothing_to_a_finalized_card(database_path: Path, home: Path):
    with Board("--db", database_path, home=home) as board:
        board.wait_for("Welcome")
        board.press("n")
        board.wait_for("What are you building?")
        board.press("Lamp", ENTER)
        board.wait_for("w makes its first workflow")
        for key, dialog, title in (("w", "New workflow", "Read"), ("a", "New activity", "Find")):
            board.press(key)
            board.wait_for(dialog)
            board.press(title, ENTER)
            board.wait_gone(dialog)
            board.wait_for(title)
        board.press("n")
        board.wait_for("▔▔▔")
        board.press("Search", ENTER)
        board.wait_for("#1", "Search")

        board.press(ENTER)
        board.wait_for("Readiness", "no requirement is approved")
        board.press("f")
        board.wait_for("no requirement is approved", "✗")
        assert query(database_path, FINALIZED) == []

        board.press("1", "n", "Finds by author", ENTER)
        board.wait_for("· Finds by author", "1 requirement is a draft")
        board.press("a")
        board.wait_for("✓ Finds by author")
        board.press("4", "n", "Which fields?", ENTER)
        board.wait_for("? Which fields?", "1 question is open")
        board.press("A", "Author and title", ENTER)
        board.wait_for("→ Author and title", "◇ ready")
        board.press("f")
        board.wait_for("◆ finalized")
        wait_for_rows(database_path, FINALIZED, [(1,)])

        # What was approved is edited: the mark goes, and the board says so.
        board.press("1", ENTER)
        board.press(" and title", ENTER)
        board.wait_for("no longer finalized")
        wait_for_rows(database_path, FINALIZED, [])
        board.press("u")
        wait_for_rows(database_path, FINALIZED, [(1,)])
        board.press(ESCAPE)
        board.wait_for("Read  1 card", "◆")
        board.quit()
    assert query(database_path, "SELECT answer FROM card_question") == [("Author and title",)]

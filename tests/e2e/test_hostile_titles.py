"""Titles that would move the cursor, colour the screen or shear its columns."""

from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import DOWN, Board, query

HOSTILE = {
    "[red]markup[/]": "[red]markup[/]",
    "clear \x1b[2J screen": r"clear \x1b[2J screen",
    "tab\there": "tab here",
    "line\nbreak": "line break",
    "back\b\b\bspace": r"back\x08\x08\x08space",
    "family 👨‍👩‍👧‍👦 here": "family",
    "flag 🇫🇷 and 🏴󠁧󠁢󠁳󠁣󠁴󠁿": "flag",
    "读书清单的排序方式": "读书清单的排序方式",
    "רשימת קריאה": "רשימת קריאה",
    "قائمة القراءة": "قائمة القراءة",
    "e\u0301\u0302\u0303 combining": "combining",
    "\u202eright to left": r"\u202eright to left",
    "x" * 10_000: "xxxxxxxxxx",
}

ACTIVE = "SELECT count(*) FROM card WHERE status = 'active'"


@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: ascii(title[:12]).strip("'"))
def test_every_column_stays_straight(database_path: Path, home: Path, title: str):
    make_plan(database_path, [[title, "plain"], [title, "second"], ["third", title]])
    with Board("--db", database_path, home=home) as board:
        board.wait_for("plain", "second", "third")
        assert HOSTILE[title] in board.text
        # Three bars a line, and on every line of cards at the same three places.
        bars = {
            tuple(x for x, cell in enumerate(cells) if cell in "█▎" and cell)
            for cells in board.cells
            if cells[0] in ("█", "▎") and cells[0]
        }
        assert len(bars) == 1, board.text
        assert len(bars.pop()) == 3
        board.quit()


def test_titles_survive_a_change_beside_them(database_path: Path, home: Path):
    titles = [*HOSTILE, "with trailing space ", "\t", "ＮＵＬ-free"]
    titles = [title for title in titles if title.strip()]
    make_plan(database_path, [titles, []])
    told = "SELECT CAST(title AS BLOB) FROM card ORDER BY position"
    kept = [(title.encode(),) for title in titles]
    assert query(database_path, told) == kept
    with Board("--db", database_path, home=home) as board:
        board.wait_for("[red]markup[/]")
        for number in range(len(titles)):
            board.press("s", DOWN)
            # Looked at through the board, so that what it writes meanwhile is read.
            board.wait_until(
                lambda done=number + 1: query(database_path, ACTIVE) == [(done,)], "it to be kept"
            )
        board.quit()
    assert query(database_path, told) == kept

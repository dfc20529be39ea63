"""What a person has chosen and where they were, in a real terminal."""

import json
import time
from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import CEILING, DOWN, RIGHT, Board, query


@pytest.fixture
def plan(database_path: Path) -> Path:
    make_plan(database_path, [[f"Card {row}" for row in range(12)], ["Second"], ["Third"]])
    return database_path


def write_config(home: Path, text: str) -> Path:
    path = home / ".config" / "planner-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def wait_for_state(home: Path, what: str) -> None:
    """Wait until the board has written something of what it remembers."""
    path = home / ".local" / "state" / "planner-tui" / "state.json"
    until = time.perf_counter() + CEILING
    while not path.exists() or what not in path.read_text():
        assert time.perf_counter() < until, f"{what} is not remembered"
        time.sleep(0.01)
    json.loads(path.read_text())


def test_a_board_that_was_killed_begins_where_it_was(plan: Path, home: Path):
    with Board("--db", plan, home=home) as board:
        board.wait_for("Card 0", "Third")
        board.press(*[DOWN] * 7)
        board.wait_until(lambda: board.selected() == "Card 7", "Card 7 to be selected")
        [(card_id,)] = query(plan, "SELECT id FROM card WHERE title = 'Card 7'")
        wait_for_state(home, card_id)
        board.terminal._memory.kill()
        board.terminal.wait()
    with Board("--db", plan, home=home) as board:
        board.wait_until(lambda: board.selected() == "Card 7", "the selection of before")
        board.press("/", "card 1")
        board.wait_for("4 of 14 cards")
        board.press("\r", RIGHT)
        board.quit()
    with Board("--db", plan, home=home) as board:
        board.wait_for("4 of 14 cards", "card 1")
        board.quit()


def test_a_broken_config_is_told_before_anything_starts(database_path: Path, home: Path):
    path = write_config(home, '[keys]\n"card.nwe" = "n"\n')
    with Board("--db", database_path, home=home) as board:
        board.wait_for("did you mean card.new?")
        assert board.terminal.wait() == 1
        said = " ".join(board.text.replace("\n", "").split())
        assert f"{path} line 2: there is no key id" in said
    assert not database_path.exists()


def test_keys_and_theme_of_the_config(plan: Path, home: Path):
    write_config(home, '[board]\ntheme = "planner-light"\n[keys]\n"go.down" = "x"\n')
    with Board("--db", plan, home=home) as board:
        board.wait_for("Card 0", "Third")
        board.press("x", "x", DOWN)
        board.wait_until(lambda: board.selected() == "Card 2", "the card that x goes to")
        assert b"48;2;255;255;255" in board.output  # the white cards of the light theme
        board.quit()

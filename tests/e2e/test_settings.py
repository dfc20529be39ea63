"""What a person has chosen and where they were, in a real terminal."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.plans import make_plan
from tests.e2e.screens import DOWN, RIGHT, Board, query, wait_until


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
    wait_until(
        lambda: path.exists() and what in path.read_text(), lambda: f"{what} is not remembered"
    )
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


@pytest.mark.parametrize(
    ("environment", "title"),
    [
        ({"LC_ALL": "C"}, "Caf? ????"),
        ({"LANG": "C", "LC_ALL": ""}, "Caf? ????"),
        ({"PLANNER_ASCII": "1", "LC_ALL": "POSIX"}, "Caf? ????"),
        ({"PLANNER_ASCII": "1"}, "Café 日本"),
    ],
)
def test_a_terminal_with_ascii_alone(
    database_path: Path, home: Path, environment: dict[str, str], title: str
):
    make_plan(database_path, [["Café 日本", "Second"], ["Third"]])
    with Board("--db", database_path, home=home, **environment) as board:
        board.wait_for(title, "o todo", "v Flow", "? Help")
        board.wait_until(lambda: "# Second" not in board.text, "the first card to be selected")
        board.press(DOWN)
        board.wait_for("# Second")
        board.press("d")
        board.wait_for("Delete card #2?")
        board.press("n", "?")
        board.wait_for("Type to narrow the keys")
        board.press("\x1b")
        board.wait_gone("Type to narrow the keys")
        board.quit()
        shown = board.output.replace("Café 日本".encode(), b"")
        assert shown.isascii()


def test_ascii_when_asked_on_the_command_line_and_not_when_refused(plan: Path, home: Path):
    with Board("--ascii", "--db", plan, home=home) as board:
        board.wait_for("# Card 0", "o todo")
        board.quit()
        assert board.output.isascii()
    write_config(home, "[board]\nascii = false\n")
    with Board("--db", plan, home=home, LC_ALL="C") as board:
        board.wait_for("█ Card 0", "○ todo")
        board.quit()


@pytest.mark.parametrize("colours", [{"TERM": "xterm", "COLORTERM": ""}, {"NO_COLOR": "1"}])
def test_few_colours_or_none_tell_the_selected_card_by_more(
    plan: Path, home: Path, colours: dict[str, str]
):
    with Board("--db", plan, home=home, **colours) as board:
        board.wait_for("█ Card 0")
        board.press(DOWN)
        board.wait_for("█ Card 1", "▎ Card 0")
        if "TERM" in colours:
            assert not re.search(rb"\x1b\[[0-9;]*[34]8;[25];", board.output)
        board.quit()


@pytest.mark.parametrize("mouse", ["true", "false"])
def test_the_mouse_can_be_left_to_the_terminal(plan: Path, home: Path, mouse: str):
    write_config(home, f"[board]\nmouse = {mouse}\n")
    with Board("--db", plan, home=home) as board:
        board.wait_for("Card 0")
        board.quit()
        assert (b"\x1b[?1000h" in board.output) is (mouse == "true")

"""The map as text: what stands where, in cells, whatever the titles are."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from planner.board import CardFace, Column, Lane
from planner.sample import load_sample
from store.open import open_store
from tests.tui.commands import CommandLine
from tui.text_map import map_lines, styles_for, written

ROOT = Path(__file__).parents[2]
HOSTILE = "\x1b[2J[red]\n\u202e漢字漢字漢字漢字漢字 e\u0301\u200d" + "x" * 90


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    path = tmp_path_factory.mktemp("sample") / "plan.db"
    db = open_store(path)
    with db.connection():
        load_sample(db)
    return CommandLine(path)


def lane(columns: int, cards: int, title: str = "A title") -> Lane:
    def column(place: int) -> Column:
        faces = tuple(
            CardFace(f"c{place}-{row}", row, title, "active", 4, "running", None, 12, 3, 45, 1, 2)
            for row in range(cards)
        )
        return Column(f"a{place}", f"{place} {title}", "pink", cards, faces)

    return Lane("w", title, "failed", tuple(map(column, range(columns))))


def plain(lanes: list[Lane], width: int, most: int | None = None) -> list[str]:
    return [written(line, {}) for line in map_lines(lanes, width, most_cards=most)]


def test_activities_stand_side_by_side_and_the_rest_in_bands_below() -> None:
    lines = plain([lane(5, 1)], 80)
    assert lines[0] == "A title  5 cards  ✗ failed"
    assert lines[1].split("  ")[0] == "0 A title 1"
    assert [line.count("A title 1") for line in lines if "A title 1" in line] == [3, 2]
    assert lines[2].startswith("▎ A title")
    assert lines[3].split()[:4] == ["▎", "#0", "◐", "active"]
    assert lines[4].split()[:5] == ["▎", "▸", "running", "12r", "3?"]
    assert lines[5] == ""
    assert len(plain([lane(4, 2)], 100)) == 1 + 1 + 3 + 1 + 3  # what fits narrowly is one band
    assert plain([lane(0, 0), lane(0, 0)], 30)[1:4] == [
        "  no activities yet",
        "",
        "A title  0 cards  ✗ failed",
    ]
    assert plain([lane(1, 3)], 30, most=1)[-1] == "  and 2 more"


@pytest.mark.parametrize("width", [20, 21, 47, 80, 200])
def test_hostile_titles_show_literally_and_stay_in_their_columns(width: int) -> None:
    lines = plain([lane(4, 2, HOSTILE)], width)
    assert max(map(cell_len, lines)) <= width
    assert not any(line != line.rstrip() for line in lines)
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"\x1b[2J[red]" in text
    starts = {cell_len(line[: at + 1]) for line in lines for at, c in enumerate(line) if c == "▎"}
    assert len(starts) == min(4, max(len(line.split("▎")) - 1 for line in lines))


def test_the_command_prints_the_map_and_narrows_it(run: CommandLine) -> None:
    words = run.words("board", "--width", "100")
    assert words.splitlines()[0] == "Save an article  14 cards"
    assert "#1 ● production" in words
    assert "\x1b" not in words
    only = run.words("board", "--workflow", "read", "--filter", "status:todo", "--width", "60")
    assert only.startswith("Read it  ")
    assert "Save" not in only.splitlines()[0]
    assert all("○ todo" in line for line in only.splitlines() if "#" in line)
    assert run.words("board", "--filter", "#999") == "No card is like that.\n"
    assert "--filter" in run.misused("board", "--filter", "status:nothing")
    drawn = run.words("board", "--ascii")
    assert drawn == run.words("--ascii", "board")
    assert "|" in drawn
    assert not set("▎○●◐◆◇…") & set(drawn)


def test_programs_get_the_map_as_it_is(run: CommandLine) -> None:
    data = run.data("board", "--limit", "1")
    first = data["workflows"][0]["activities"][0]
    assert (first["total"], len(first["cards"])) == (4, 1)
    assert first["cards"][0]["number"] == 1
    assert data["project"]["name"].startswith("Lantern")


def test_a_terminal_shows_colours_and_its_whole_width(run: CommandLine) -> None:
    environ = {**os.environ, "COLUMNS": "90", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "tui.cli", "--db", str(run.database), "board", "--limit", "1"]
    subprocess.run(command, env=environ, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT)
    os.close(slave)
    said = b""
    while chunk := _read(master):
        said += chunk
    os.close(master)
    assert said.startswith(b"\x1b[1mSave an article\x1b[0m")
    assert styles_for({"TERM": "xterm", "NO_COLOR": "1"}) == {"workflow": "1"}
    assert styles_for({"TERM": "dumb"}) == {}
    assert styles_for({"TERM": "xterm"})["orange"] == "33"


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:
        return b""

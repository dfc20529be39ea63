"""A board in a real pseudo-terminal, and what its screen says."""

import re
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyte

from bench.terminal import Terminal

ROOT = Path(__file__).parents[2]

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
MOVE_UP, MOVE_DOWN, MOVE_RIGHT, MOVE_LEFT = (f"\x1b[1;2{end}" for end in "ABCD")
ENTER, ESCAPE, CTRL_R, CTRL_U = "\r", "\x1b", "\x12", "\x15"

CEILING = 10.0
"""Seconds to wait for what should come at once, on a machine busy with other tests."""

# What pyte does not know and would write on the screen: the keyboard protocol's switches,
# questions, the pointer's shape.
NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9]+\$p|\x1b\]22;[^\x07]*\x07")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tui.cli", *map(str, arguments)]


class Board:
    """The program in a terminal; every wait ends as soon as the screen says it."""

    def __init__(
        self, *arguments: object, home: Path, size: tuple[int, int] = (120, 36), **env: str
    ) -> None:
        columns, rows = size
        self.terminal = Terminal(
            command(*arguments), home=home, columns=columns, rows=rows, env=env
        )
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.output = b""

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def cells(self) -> list[list[str]]:
        """What stands in each cell; a wide character's second cell is empty."""
        columns, rows = self._screen.columns, self._screen.lines
        return [[self._screen.buffer[y][x].data for x in range(columns)] for y in range(rows)]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.terminal.write(key)

    def wait_until(
        self, is_so: Callable[[], object], what: str, ceiling: float = CEILING
    ) -> float:
        """Read until something holds; return the seconds it took."""
        start = time.perf_counter()
        until = start + ceiling
        while not is_so():
            if (left := until - time.perf_counter()) <= 0 or self.terminal.is_over:
                raise AssertionError(f"waited for {what}; the screen says:\n{self.text}")
            self._feed(self.terminal.read(min(left, 0.1)))
        return time.perf_counter() - start

    def wait_for(self, *texts: str, ceiling: float = CEILING) -> float:
        return self.wait_until(lambda: all(t in self.text for t in texts), repr(texts), ceiling)

    def wait_gone(self, text: str) -> float:
        return self.wait_until(lambda: text not in self.text, f"{text!r} to go")

    def quit(self) -> None:
        self.press("q")
        assert self.terminal.wait() == 0

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._screen.reset()
        self.terminal.resize(columns, rows)

    def selected(self) -> str:
        """Return the first line of the selected card, told by its glyph."""
        for cells in self.cells:
            for x, cell in enumerate(cells):
                if cell == "█" and cells[x + 1] == " ":
                    return "".join(cells[x + 2 : x + 20]).strip()
        return ""

    def _feed(self, output: bytes) -> None:
        self.output += output
        self._stream.feed(NOT_FOR_PYTE.sub(b"", output))


def query(path: Path, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def wait_for_rows(path: Path, sql: str, wanted: list[tuple], *values: object) -> None:
    """Wait until a query gives these rows: the board works on, on a thread of its own."""
    until = time.perf_counter() + CEILING
    while (found := query(path, sql, *values)) != wanted:
        if time.perf_counter() > until:
            raise AssertionError(f"{sql} gives {found}, not {wanted}")
        time.sleep(0.01)

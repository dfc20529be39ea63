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

CEILING = 60.0
"""Seconds to wait for what should come at once, on a machine busy with anything."""

IN_FRAME, BETWEEN = 0.5, 0.02
"""Seconds without output after which a frame is taken for whole, begun or not."""

# What pyte does not know and would write on the screen: the keyboard protocol's switches,
# questions, the pointer's shape.
NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9]+\$p|\x1b\]22;[^\x07]*\x07")

# pyte gives either letter of a flag two cells; terminals give two to the flag.
FLAG, TWO_CELLS = re.compile(rb"(?:\xf0\x9f\x87[\xa6-\xbf]){2}"), "🎌".encode()


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
        self.output = self._unread = b""

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

    def wait_until(self, is_so: Callable[[], object], what: str, ceiling: float = CEILING) -> float:
        """Read until something holds; return the seconds it took."""
        start = time.perf_counter()
        while True:
            # A frame comes in many pieces: only a whole one is looked at.
            while output := self.terminal.read(IN_FRAME if self._is_mid_frame else BETWEEN):
                self.output += output
                self._unread += output
            self._stream.feed(FLAG.sub(TWO_CELLS, NOT_FOR_PYTE.sub(b"", self._unread)))
            self._unread = b""
            if is_so():
                return time.perf_counter() - start
            if time.perf_counter() - start > ceiling or self.terminal.is_over:
                raise AssertionError(f"waited for {what}; the screen says:\n{self.text}")

    @property
    def _is_mid_frame(self) -> bool:
        return self.output.rfind(b"\x1b[?2026h") > self.output.rfind(b"\x1b[?2026l")

    def wait_for(self, *texts: str, ceiling: float = CEILING) -> float:
        return self.wait_until(lambda: all(t in self.text for t in texts), repr(texts), ceiling)

    def wait_gone(self, text: str) -> float:
        return self.wait_until(lambda: text not in self.text, f"{text!r} to go")

    def quit(self) -> None:
        self.press("q")
        assert self.terminal.wait() == 0

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and wait until the board has drawn for it."""
        before = len(self.output)
        self._screen.resize(rows, columns)
        self.terminal.resize(columns, rows)
        self.wait_until(lambda: len(self.output) > before, "a frame of another size")

    def selected(self) -> str:
        """Return the first line of the selected card, told by its glyph."""
        for cells in self.cells:
            for x, cell in enumerate(cells):
                if cell == "█" and cells[x + 1] == " ":
                    return "".join(cells[x + 2 : x + 20]).strip()
        return ""


def query(path: Path, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def wait_for_rows(path: Path, sql: str, wanted: list[tuple], *values: object) -> None:
    """Wait until a query gives these rows: the board works on, on a thread of its own."""
    wait_until(
        lambda: query(path, sql, *values) == wanted,
        lambda: f"{sql} gives {query(path, sql, *values)}, not {wanted}",
    )


def wait_until(is_so: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Wait until something holds that no screen tells; fail with words when it never does."""
    until = time.perf_counter() + CEILING
    while not is_so():
        assert time.perf_counter() < until, otherwise()
        time.sleep(0.01)

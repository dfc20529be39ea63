"""The thread that reads a log, so that nothing that is drawn waits for a disk.

It reads what is wanted last, and looks for what was added a few times a second; while the log is
not shown, it rests.
"""

from __future__ import annotations

import re
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.log_file import Change, LogFile, LogLine

LOOK_EVERY = 0.15
"""Seconds between looks for what was added."""

TELL_EVERY = 0.1
"""Seconds between two tellings, while there is much to tell."""

BLOCKS_AT_ONCE = 16
"""Blocks that are read, or searched, before anything else that is wanted is looked at."""

MOST_FOUND = 2_000_000
"""Pieces that are found at most."""

_SGR = re.compile("\x1b\\[[0-9;:]*m")


@dataclass(frozen=True, slots=True)
class Grown:
    """How much of a log there is.

    Attributes:
        asked: Which request to show a log it answers.
        count: How many pieces there are.
        final: How many of them can't change any more.
        size: How many bytes.
        tail: The last pieces.
        anew: Whether nothing holds of what was told before.
        is_there: Whether there is a file.
        problem: Why it can't be read, in words.
    """

    asked: int
    count: int
    final: int
    size: int
    tail: list[LogLine]
    anew: bool
    is_there: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """Some pieces of a log, from ``first`` on."""

    asked: int
    first: int
    lines: list[LogLine]


@dataclass(frozen=True, slots=True)
class Matches:
    """The pieces that hold what is searched, in order; not all of them unless ``is_done``."""

    asked: int
    needle: str
    found: array[int]
    is_done: bool


Told = Grown | Pieces | Matches


class Needle:
    """What is searched: in any letter case, unless it has a capital."""

    def __init__(self, typed: str) -> None:
        """Search what was typed."""
        self.typed = typed
        self._folds = typed == typed.lower()

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return where a text holds it, from where to where."""
        folded = self._folded(text)
        if not self.typed or len(folded) != len(text):
            return []
        return [match.span() for match in re.finditer(re.escape(self.typed), folded)]

    def is_in(self, text: str) -> bool:
        """Say whether a text holds it."""
        return self.typed in self._folded(text)

    def _folded(self, text: str) -> str:
        return text.lower() if self._folds else text


class LogReader(threading.Thread):
    """Reads one log at a time, and tells what it found on its own thread."""

    def __init__(self, tell: Callable[[Told], object]) -> None:
        """Tell what was found to ``tell``."""
        super().__init__(name="log", daemon=True)
        self._tell = tell
        self._changed = threading.Condition()
        self._is_over = False
        self._rests = False
        self._asked = 0
        self._path: Path | None = None
        self._tail_size = 0
        self._wanted: tuple[int, int] | None = None
        self._needle = ""
        # What the thread alone uses
        self._file: LogFile | None = None
        self._file_asked = 0
        self._found: array[int] = array("Q")
        self._searched = 0
        self._searched_for = ""
        self._is_searched = False
        self._found_at = 0.0
        self._untold: Change | None = None
        self._told_at = 0.0

    # What is asked, from any thread

    def show(self, path: Path | None) -> int:
        """Read another log from now on; return what its answers bear as ``asked``."""
        with self._changed:
            self._path, self._wanted, self._needle = path, None, ""
            self._asked += 1
            self._changed.notify()
            return self._asked

    def want(self, first: int, count: int) -> None:
        """Read some pieces."""
        with self._changed:
            self._wanted = (first, count)
            self._changed.notify()

    def want_tail(self, count: int) -> None:
        """Tell the last so many pieces whenever the log has grown."""
        with self._changed:
            self._tail_size = count

    def search(self, typed: str) -> None:
        """Search the whole log, and what is added to it; nothing ends the search."""
        with self._changed:
            self._needle = typed
            self._changed.notify()

    def rest(self, rests: bool) -> None:
        """Look for nothing while the log is not shown, or go on."""
        with self._changed:
            self._rests = rests
            self._changed.notify()

    def close(self) -> None:
        """End; nothing is told any more."""
        with self._changed:
            self._is_over = True
            self._changed.notify()

    # What the thread does

    def run(self) -> None:
        """Read until told to end."""
        busy = False
        while True:
            with self._changed:
                if not busy and not self._is_over and not self._is_wanted:
                    self._changed.wait(self._until_look())
                if self._is_over:
                    break
                asked, path, needle = self._asked, self._path, self._needle
                wanted, self._wanted = self._wanted, None
                rests, tail = self._rests, self._tail_size
            if asked != self._file_asked:
                self._open(asked, path)
            if needle != self._searched_for:
                self._begin_search(needle)
            busy = (wanted is not None or not rests) and self._work(wanted, tail)
        if self._file is not None:
            self._file.close()

    @property
    def _is_wanted(self) -> bool:
        return (
            self._wanted is not None
            or self._asked != self._file_asked
            or self._needle != self._searched_for
        )

    def _until_look(self) -> float | None:
        """Return for how long there is nothing to do; None where nobody knows."""
        if self._rests:
            return None
        if self._untold is None:
            return LOOK_EVERY
        return max(0.0, self._told_at + TELL_EVERY - time.monotonic())

    def _open(self, asked: int, path: Path | None) -> None:
        if self._file is not None:
            self._file.close()
        self._file = LogFile(path) if path is not None else None
        self._file_asked = asked
        self._untold = Change.BEGAN_ANEW
        self._told_at = 0.0

    def _work(self, wanted: tuple[int, int] | None, tail: int) -> bool:
        """Do a little of all there is to do; say whether there is more."""
        file = self._file
        if file is None:
            self._untold = None
            return False
        change = file.look(BLOCKS_AT_ONCE)
        if change is Change.BEGAN_ANEW:
            self._begin_search(self._searched_for)
        if change is not Change.NONE and self._untold is not Change.BEGAN_ANEW:
            self._untold = change
        if wanted is not None:
            first, count = wanted
            self._tell(Pieces(self._file_asked, first, file.read(first, count)))
        # What is told late is told at the next look.
        if self._untold is not None and time.monotonic() - self._told_at >= TELL_EVERY:
            self._tell_growth(file, tail)
        more = file.has_more
        if self._searched_for and (change is not Change.NONE or not self._is_searched):
            more = self._search_on(file) or more
        return more

    def _tell_growth(self, file: LogFile, tail: int) -> None:
        self._told_at = time.monotonic()
        anew, self._untold = self._untold is Change.BEGAN_ANEW, None
        self._tell(
            Grown(
                self._file_asked,
                file.count,
                file.final,
                file.size,
                file.read(max(0, file.count - tail), tail),
                anew,
                file.is_there,
                file.problem,
            )
        )

    def _begin_search(self, needle: str) -> None:
        self._searched_for, self._searched, self._found = needle, 0, array("Q")
        self._is_searched = False
        self._found_at = 0.0

    def _search_on(self, file: LogFile) -> bool:
        """Search some blocks more; say whether there are others."""
        needle = Needle(self._searched_for)
        # The last block may grow, and the last line change: they are searched again with more.
        first = file.first_of(self._searched)
        while self._found and self._found[-1] >= first:
            self._found.pop()
        for _ in range(BLOCKS_AT_ONCE):
            if self._searched >= file.blocks or len(self._found) > MOST_FOUND:
                break
            first = file.first_of(self._searched)
            if needle.is_in(plain(file.raw(self._searched).decode("utf-8", "replace"))):
                self._add_found(needle, first, file.block(self._searched))
            self._searched += 1
        self._is_searched = self._searched >= file.blocks or len(self._found) > MOST_FOUND
        if self._is_searched:
            self._add_found(needle, file.final, file.tail)
            self._searched = max(0, min(self._searched, file.blocks) - 1)
        now = time.monotonic()
        if self._is_searched or (self._found and now - self._found_at >= TELL_EVERY):
            self._found_at = now
            found, is_done = array("Q", self._found), self._is_searched and not file.has_more
            self._tell(Matches(self._file_asked, needle.typed, found, is_done))
        return not self._is_searched

    def _add_found(self, needle: Needle, first: int, lines: list[LogLine]) -> None:
        self._found.extend(
            first + at for at, line in enumerate(lines) if needle.is_in(plain(line.text))
        )


def plain(text: str) -> str:
    """Return a text without its colours."""
    return _SGR.sub("", text) if "\x1b" in text else text

"""The thread that reads a log, so that nothing that is drawn waits for a disk.

It reads what is wanted last, and looks for what was added a few times a second; while the log is
not shown, it rests.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.log_file import Change, LogFile, LogLine
from tui.log_search import LogSearch

LOOK_EVERY = 0.15
"""Seconds between looks for what was added."""

TELL_EVERY = 0.1
"""Seconds between two tellings, while there is much to tell."""

BLOCKS_AT_ONCE = 16
"""Blocks that are read before anything else that is wanted is looked at."""


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

_NOTHING = ("", 0, True)
"""What is searched, from where, and whether forwards."""


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
        self._needle = _NOTHING
        # What the thread alone uses
        self._file: LogFile | None = None
        self._file_asked = 0
        self._search: LogSearch | None = None
        self._searched_for = _NOTHING
        self._found_at = 0.0
        self._untold: Change | None = None
        self._told_at = 0.0

    # What is asked, from any thread

    def show(self, path: Path | None) -> int:
        """Read another log from now on; return what its answers bear as ``asked``."""
        with self._changed:
            self._path, self._wanted, self._needle = path, None, _NOTHING
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

    def search(self, typed: str, *, start: int = 0, forwards: bool = True) -> None:
        """Search the whole log, and what is added to it; nothing ends the search.

        Args:
            typed: What to search.
            start: The piece to begin at.
            forwards: Whether to go on from there, or backwards first.
        """
        with self._changed:
            self._needle = (typed, start, forwards) if typed else _NOTHING
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
                self._searched_for = needle
                if self._file is not None:
                    self._begin_search(self._file)
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
            self._begin_search(file)
        if change is not Change.NONE and self._untold is not Change.BEGAN_ANEW:
            self._untold = change
        if wanted is not None:
            first, count = wanted
            self._tell(Pieces(self._file_asked, first, file.read(first, count)))
        # What is told late is told at the next look.
        if self._untold is not None and time.monotonic() - self._told_at >= TELL_EVERY:
            self._tell_growth(file, tail)
        more, search = file.has_more, self._search
        if search is not None:
            if change is not Change.NONE:
                search.look_again()
            if not search.is_done:
                more = self._search_on(file, search) or more
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

    def _begin_search(self, file: LogFile) -> None:
        typed, start, forwards = self._searched_for
        self._search = LogSearch(file, typed, start=start, forwards=forwards) if typed else None
        self._found_at = 0.0

    def _search_on(self, file: LogFile, search: LogSearch) -> bool:
        """Search a little more; say whether there is more to search."""
        search.step()
        now = time.monotonic()
        # The first that is found is told at once.
        if search.is_done or now - self._found_at >= TELL_EVERY:
            found, is_done = search.found, search.is_done and not file.has_more
            if found or is_done:
                self._found_at = now
                self._tell(Matches(self._file_asked, self._searched_for[0], found, is_done))
        return not search.is_done

"""A log as pieces to show: which there are, and what stands in any of them, however long it is.

A log is a file that somebody else writes, as fast as they can and whatever they like. It is read
in blocks, and of each only its place and the number of its first piece are kept, so that a
hundred megabytes cost a few kilobytes. A piece is a line; a line that is too long is several. Of
what was overwritten in place (``\\r``, progress bars) only the last state counts.
"""

from __future__ import annotations

import os
import re
import stat
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

BLOCK = 65_536
"""Bytes that are read at once."""

LONGEST = 1_024
"""Bytes of a piece: a longer line is cut."""

_KEPT_BLOCKS = 8
_HEAD = 256
_SGR = re.compile(rb"\x1b\[[0-9;:]*m")
_LONGEST_SGR = 24


class Change(Enum):
    """What became of a file since it was looked at last."""

    NONE = auto()
    GREW = auto()
    BEGAN_ANEW = auto()
    """It is another file by now, or was cut: nothing of what was read before holds."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A piece of a log.

    Attributes:
        text: What stands there, as it was written: not safe to draw.
        number: Its line's number in the file, from 1.
        continues: Whether it goes on a line that was cut.
    """

    text: str
    number: int
    continues: bool = False


class LogFile:
    """The pieces of a file that may still grow. One thread uses it."""

    def __init__(self, path: Path) -> None:
        """Show the file at ``path``, which need not be there yet."""
        self.path = path
        self.has_more = False
        """Whether there is more to read at once than was read."""
        self.problem = ""
        """Why there is nothing to read, in words; empty where the file is only not there yet."""
        self._file = -1
        self._identity: tuple[int, int] | None = None
        self._forget()

    def _forget(self) -> None:
        self.size = 0
        self._head = b""
        # Each block: where it begins, its first piece, its first line, and whether it begins
        # within a line.
        self._starts = array("Q")
        self._firsts = array("Q")
        self._numbers = array("Q")
        self._within = bytearray()
        self._done = 0
        self._final = 0
        self._number = 1
        self._is_within = False
        self._tail: list[LogLine] = []
        self._cut: dict[int, list[LogLine]] = {}

    @property
    def count(self) -> int:
        """How many pieces there are, as far as was read."""
        return self._final + len(self._tail)

    @property
    def final(self) -> int:
        """How many of them can't change any more, unless the file begins anew."""
        return self._final

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self._starts)

    @property
    def is_there(self) -> bool:
        """Whether there is a file."""
        return self._file >= 0

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    # What there is

    def look(self, most: int) -> Change:
        """Read on, for at most so many blocks."""
        problem = self.problem
        began_anew = self._open_again()
        before, tail = self._done, self._tail
        self.has_more = self._file >= 0 and all(self._take_block() for _ in range(most))
        self._tail = [] if self.has_more else self._read_tail()
        if began_anew or self.problem != problem:
            return Change.BEGAN_ANEW
        return Change.GREW if (self._done, self._tail) != (before, tail) else Change.NONE

    def _open_again(self) -> bool:
        """Open the file where it is another by now, or was cut; say whether it was or is one."""
        try:
            found = self.path.stat()
            identity = (found.st_dev, found.st_ino)
            if self._file >= 0 and identity == self._identity and found.st_size >= self.size:
                head = os.pread(self._file, len(self._head), 0)
                if head == self._head:
                    self.size = found.st_size
                    if len(head) < _HEAD:
                        self._head = os.pread(self._file, _HEAD, 0)
                    return False
            was_there = self._leave()
            # A pipe that nobody writes to would be waited for otherwise.
            self._file = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            found = os.fstat(self._file)
            if not stat.S_ISREG(found.st_mode):
                self.close()
                self.problem = f"{self.path} is not a file."
                return was_there
            self._identity, self.size = (found.st_dev, found.st_ino), found.st_size
            self._head = os.pread(self._file, _HEAD, 0)
        except FileNotFoundError:
            return self._leave()
        except OSError as error:
            was_there = self._leave()
            self.problem = f"{self.path} can't be read: {error.strerror or error}."
            return was_there
        return True

    def _leave(self) -> bool:
        was_there = self._file >= 0
        self.close()
        self._identity, self.problem = None, ""
        self._forget()
        return was_there

    def _take_block(self) -> bool:
        """Take what is complete of the next block; say whether there may be more."""
        data = self._read(self._done, BLOCK)
        end = data.rfind(b"\n") + 1
        if end:
            self._add(data[:end])
            return len(data) == BLOCK
        if len(data) < BLOCK:
            return False
        # A line that is longer than a block: what was overwritten is passed over, and of the rest
        # all is taken that can only be cut one way.
        kept = _last_state(data)
        if not kept:
            *_, (kept, _) = _spans(data.rstrip(b"\r"))
        self._add(data[: kept or len(data)])
        return True

    def _read_tail(self) -> list[LogLine]:
        # Whole lines may have been added meanwhile; they are taken the next time.
        line = _state(self._read(self._done, BLOCK).rstrip(b"\n").rpartition(b"\n")[2])
        return [
            LogLine(_decoded(line[start:end]), self._number, self._is_within or index > 0)
            for index, (start, end) in enumerate(_spans(line) if line else ())
        ]

    def _add(self, data: bytes) -> None:
        """Take bytes that begin where the last ones ended."""
        count = _count(data, self._is_within)
        last = len(self._starts) - 1
        grows = last >= 0 and not self._is_within and self._done - self._starts[last] < BLOCK // 2
        if grows:
            # What comes a line at a time is not a block each.
            self._cut.pop(last, None)
        else:
            self._starts.append(self._done)
            self._firsts.append(self._final)
            self._numbers.append(self._number)
            self._within.append(self._is_within)
        self._done += len(data)
        self._final += count
        self._number += data.count(b"\n")
        self._is_within = not data.endswith((b"\n", b"\r"))

    def _read(self, start: int, size: int) -> bytes:
        try:
            return os.pread(self._file, size, start) if self._file >= 0 else b""
        except OSError:
            return b""

    # What stands in it

    def read(self, first: int, count: int) -> list[LogLine]:
        """Return so many pieces, as far as there are any; those that have gone are empty."""
        found: list[LogLine] = []
        end = min(first + count, self.count)
        at = max(0, first)
        while at < min(end, self._final):
            block = bisect_right(self._firsts, at) - 1
            begins = self._firsts[block]
            pieces = self.block(block)
            taken = pieces[at - begins : end - begins]
            if not taken:
                # The file was cut since, which the next look finds.
                gone = min(end, self.first_of(block + 1)) - at
                taken = [LogLine("", self._numbers[block])] * gone
            found += taken
            at += len(taken)
        return found + self._tail[at - self._final : end - self._final]

    def block(self, block: int) -> list[LogLine]:
        """Return the pieces of a block."""
        found = self._cut.get(block)
        if found is None:
            found = [*self._pieces(block, self.raw(block))]
            while len(self._cut) >= _KEPT_BLOCKS:
                del self._cut[next(iter(self._cut))]
            self._cut[block] = found
        return found

    def first_of(self, block: int) -> int:
        """Return the first piece of a block; the first that is in none when there is no such."""
        return self._firsts[block] if block < len(self._firsts) else self._final

    def block_of(self, piece: int) -> int:
        """Return the block of a piece; the last one where it is in none."""
        return max(0, bisect_right(self._firsts, piece) - 1)

    @property
    def tail(self) -> list[LogLine]:
        """The pieces of the last line, while it has no end."""
        return self._tail

    def raw(self, block: int) -> bytes:
        """Return a block as it was written."""
        is_last = block + 1 == len(self._starts)
        end = self._done if is_last else self._starts[block + 1]
        return self._read(self._starts[block], end - self._starts[block])

    def _pieces(self, block: int, data: bytes) -> Iterator[LogLine]:
        number, within = self._numbers[block], bool(self._within[block])
        for line in _lines(data):
            if line is not None:
                for index, (start, end) in enumerate(_spans(line)):
                    if end or not within:
                        yield LogLine(_decoded(line[start:end]), number, within or index > 0)
            number, within = number + 1, False


def _lines(data: bytes) -> Iterator[bytes | None]:
    """Yield what counts of each line; None for a last one of which nothing does."""
    *whole, rest = data.split(b"\n")
    for line in whole:
        yield _state(line) if b"\r" in line else line
    if rest:
        # It goes on in the next block. Where it was overwritten there, nothing of it is left.
        yield None if rest.endswith(b"\r") else _state(rest)


def _state(line: bytes) -> bytes:
    """Return the last state of a line that was overwritten in place."""
    return line.rstrip(b"\r").rpartition(b"\r")[2]


def _last_state(line: bytes) -> int:
    """Return where the last state of a line begins."""
    return line.rstrip(b"\r").rfind(b"\r") + 1


def _count(data: bytes, within: bool) -> int:
    """Return how many pieces there are, in far less time than making them takes."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    parts = data.split(b"\n")
    if b"\r" not in data and not parts[-1] and max(map(len, parts)) <= LONGEST:
        return len(parts) - 1 - (within and not parts[0])
    count = 0
    for line in _lines(data):
        if line is not None:
            count += sum(1 for _, end in _spans(line) if end or not within)
        within = False
    return count


def _spans(line: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the pieces of a line begin and end; an empty line is one."""
    start = 0
    while len(line) - start > LONGEST:
        end = _end(line, start)
        yield start, end
        start = end
    yield start, len(line)


def _end(line: bytes, start: int) -> int:
    """Return where a piece ends: neither within a character nor within a colour."""
    end = start + LONGEST
    for _ in range(3):
        if line[end] & 0xC0 == 0x80:
            end -= 1
    escape = line.rfind(b"\x1b", end - _LONGEST_SGR, end)
    if escape > start:
        colour = _SGR.match(line, escape)
        if colour is not None and colour.end() > end:
            end = escape
    return end


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")

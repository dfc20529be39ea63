"""Searching a log, a stretch at a time: the nearest first, and then all the rest."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from tui.log_file import LogFile

STRETCH = 16
"""Blocks that are searched at once."""

MOST_FOUND = 2_000_000
"""Pieces that are found at most."""

_SGR = re.compile("\x1b\\[[0-9;:]*m")


class Needle:
    """What is searched: in any letter case, unless it has a capital."""

    def __init__(self, typed: str) -> None:
        """Search what was typed."""
        self.typed = typed
        self._folds = typed == typed.lower()

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return where a text holds it, from where to where."""
        folded = self.folded(text)
        if not self.typed or len(folded) != len(text):
            return []
        return [match.span() for match in re.finditer(re.escape(self.typed), folded)]

    def is_in(self, text: str) -> bool:
        """Say whether a text holds it."""
        return self.typed in self.folded(text)

    def folded(self, text: str) -> str:
        """Return a text in the letter case that counts."""
        return text.lower() if self._folds else text


class LogSearch:
    """Finds the pieces of a file that hold something. One thread uses it."""

    def __init__(self, file: LogFile, typed: str, *, start: int, forwards: bool) -> None:
        """Search a file.

        Args:
            file: The file, as far as it was read.
            typed: What is searched.
            start: The piece to begin at.
            forwards: Whether what follows it is searched first, or what stands before.
        """
        self._file = file
        self._needle = Needle(typed)
        self._forwards = forwards
        self._begins = file.block_of(start) // STRETCH
        self._hits: dict[int, array[int]] = {}
        self._tail: array[int] = array("Q")
        self._count = 0
        self._searched_last = (-1, -1)
        self.is_done = False
        """Whether all was searched, as far as the file was read."""

    @property
    def found(self) -> array[int]:
        """The pieces that were found so far, in order."""
        found: array[int] = array("Q")
        for stretch in sorted(self._hits):
            found += self._hits[stretch]
        return found + self._tail

    def look_again(self) -> None:
        """Search what was added since, or changed with the last line."""
        self.is_done = False

    def step(self) -> None:
        """Search a stretch that was not searched yet; ``is_done`` when there is none."""
        last = max(0, (self._file.blocks - 1) // STRETCH)
        if self._begins >= last and not self._hits:
            self._search_last(last)
            return
        if self._count < MOST_FOUND:
            for stretch in self._order(last):
                if stretch not in self._hits:
                    self._search(stretch)
                    return
            self._search_last(last)
        self.is_done = True

    def _order(self, last: int) -> Iterator[int]:
        """Yield the stretches before the last one: from where it begins on, then the others."""
        begins = min(self._begins, last)
        if self._forwards:
            yield from (*range(begins, last), *range(begins))
        else:
            yield from (*range(begins, -1, -1), *range(last - 1, begins, -1))

    def _search(self, stretch: int) -> None:
        hits = self._hits[stretch] = array("Q")
        first = stretch * STRETCH
        for block in range(first, min(first + STRETCH, self._file.blocks)):
            hits.extend(self._hits_of(block))
        self._count += len(hits)

    def _search_last(self, last: int) -> None:
        """Search what may have grown since: the last stretch, and the line that has no end."""
        file = self._file
        state = (last, file.final)
        if state != self._searched_last:
            # One that was the last before has grown, too.
            for stretch in range(max(0, self._searched_last[0]), last + 1):
                self._count -= len(self._hits.pop(stretch, ()))
                self._search(stretch)
            self._searched_last = state
        texts = [plain(line.text) for line in file.tail]
        self._tail = array(
            "Q", [file.final + at for at, text in enumerate(texts) if self._needle.is_in(text)]
        )

    def _hits_of(self, block: int) -> list[int]:
        file, needle = self._file, self._needle
        text = plain(file.raw(block).decode("utf-8", "replace"))
        folded = needle.folded(text)
        if needle.typed not in folded:
            return []
        first = file.first_of(block)
        lines = folded.split("\n")
        if (
            len(lines) == file.first_of(block + 1) - first + 1
            and not lines[-1]
            and "\r" not in text
        ):
            # Each line is a piece, so no piece has to be made.
            return [first + at for at, line in enumerate(lines) if needle.typed in line]
        pieces = file.block(block)
        return [first + at for at, line in enumerate(pieces) if needle.is_in(plain(line.text))]


def plain(text: str) -> str:
    """Return a text without its colours."""
    return _SGR.sub("", text) if "\x1b" in text else text

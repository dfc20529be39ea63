"""The difference between two commits, line by line, as much of it as anybody can read.

What git prints is read as it comes, by the counts in its headers, so that nothing in a file or its
name can be taken for a part of the diff. A line and a file are kept up to a length; what is left
out is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal

import msgspec

from planner.runs.git import git, git_output, path_from_git, path_to_bytes
from planner.runs.raw_changes import LINK, SUBMODULE, Change, RawChange, comparing, read_raw

MOST_LINES = 20_000
"""Lines kept of a file's difference."""

MOST_LINES_IN_ALL = 200_000
"""Lines kept of a whole difference; files beyond are read one by one, with ``read_file_diff``."""

LONGEST_LINE = 4_000
"""Characters kept of a line."""

LineKind = Literal["hunk", "context", "added", "removed", "note"]
"""``hunk`` is a header within a file, ``note`` says something about what is shown."""

# A file beyond this is not compared line by line, as git calls a binary file.
_BIGGEST = ("core.bigFileThreshold=32m",)
_PATCH = ("--patch", "--unified=3", "--diff-algorithm=histogram", "--no-prefix")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_KINDS: dict[bytes, LineKind] = {b" ": "context", b"+": "added", b"-": "removed"}
_READ_AT_ONCE = 4 * LONGEST_LINE


class DiffLine(msgspec.Struct, frozen=True):
    """A line of a difference, with its number on each side that has it, from 1."""

    kind: LineKind
    old: int | None
    new: int | None
    text: str


class DiffFile(msgspec.Struct, frozen=True):
    """A file that differs.

    Attributes:
        path: What it is called, or was.
        old_path: What it was called before a rename; None without one.
        change: What happened to it.
        added: How many lines are new.
        removed: How many lines are gone.
        is_binary: Whether it is not compared line by line.
        lines: The lines that are kept.
        old_mode: Its mode before, as git writes it; ``000000`` when it was not there.
        new_mode: Its mode now.
        is_cut: Whether there are more lines than are kept.
    """

    path: str
    old_path: str | None
    change: Change
    added: int
    removed: int
    is_binary: bool
    lines: tuple[DiffLine, ...] = ()
    old_mode: str = "100644"
    new_mode: str = "100644"
    is_cut: bool = False

    @property
    def is_link(self) -> bool:
        """Whether it is a symlink; its one line is where it leads to."""
        return LINK in (self.old_mode, self.new_mode)

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository, of which its commit is told."""
        return SUBMODULE in (self.old_mode, self.new_mode)


class Diff(msgspec.Struct, frozen=True):
    """All that differs between two commits."""

    files: tuple[DiffFile, ...]

    @property
    def added(self) -> int:
        """How many lines are new."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """How many lines are gone."""
        return sum(file.removed for file in self.files)


def read_diff(repository: Path, base: str, head: str, *, lines: bool = True) -> Diff:
    """Read what differs between two commits.

    Args:
        repository: Where they are.
        base: The commit to compare from.
        head: The commit to compare to.
        lines: Whether to read the lines, or only how many there are.

    Raises:
        GitFailed: Git doesn't know one of the commits.
    """
    said = git(repository, *comparing(base, head, "-z", "--raw", "--numstat"), settings=_BIGGEST)
    changes, rest = read_raw(said.fields)
    files = [
        _file(change, counted)
        for change, counted in zip(changes, _counts(rest, len(changes)), strict=True)
    ]
    if lines and files:
        with git_output(repository, *comparing(base, head, *_PATCH), settings=_BIGGEST) as out:
            return Diff(_with_lines(out, files, MOST_LINES, MOST_LINES_IN_ALL))
    return Diff(tuple(files))


def read_file_diff(
    repository: Path, base: str, head: str, file: DiffFile, *, most: int = MOST_LINES
) -> tuple[DiffLine, ...]:
    """Read the lines of one file's difference.

    Args:
        repository: Where the commits are.
        base: The commit to compare from.
        head: The commit to compare to.
        file: The file, from ``read_diff``.
        most: How many lines to keep.

    Raises:
        GitFailed: Git doesn't know one of the commits.
    """
    paths = [path_to_bytes(path) for path in (file.path, file.old_path) if path is not None]
    arguments = comparing(base, head, *_PATCH, only=paths)
    with git_output(repository, *arguments, settings=_BIGGEST) as out:
        return _with_lines(out, [file], most, most)[0].lines


def _file(change: RawChange, counted: tuple[int, int] | None) -> DiffFile:
    added, removed = counted or (0, 0)
    return DiffFile(
        path=path_from_git(change.path),
        old_path=path_from_git(change.old_path) if change.old_path is not None else None,
        change=change.change,
        added=added,
        removed=removed,
        is_binary=counted is None,
        old_mode=change.old_mode,
        new_mode=change.new_mode,
    )


def _counts(fields: Sequence[bytes], count: int) -> list[tuple[int, int] | None]:
    """Read what ``--numstat -z`` prints; None for a file that is not compared by lines."""
    found: list[tuple[int, int] | None] = []
    at = 0
    while at < len(fields) and len(found) < count:
        added, removed, path = fields[at].lstrip(b"\n").split(b"\t", 2)
        # Before and after a rename there is a field for each name.
        at += 1 if path else 3
        found.append(None if added == b"-" else (int(added), int(removed)))
    return found + [None] * (count - len(found))


def _with_lines(
    out: IO[bytes], files: Sequence[DiffFile], most: int, most_in_all: int
) -> tuple[DiffFile, ...]:
    """Give files their lines, from a patch that has them in the same order."""
    reader = _PatchReader(out)
    found = []
    left = most_in_all
    for file in files:
        if left <= 0:
            found.append(msgspec.structs.replace(file, is_cut=not file.is_binary))
            continue
        # What became another kind of thing is told as one deleted and one added.
        sections = 2 if file.change == "kind" else 1
        lines: list[DiffLine] = []
        dropped = 0
        for _ in range(sections):
            kept, more = reader.section(min(most, left) - len(lines))
            lines += kept
            dropped += more
        left -= len(lines)
        if dropped:
            words = f"{dropped:,} more line{'s' if dropped != 1 else ''} not shown"
            lines.append(DiffLine("note", None, None, words))
        found.append(msgspec.structs.replace(file, lines=tuple(lines), is_cut=dropped > 0))
    return tuple(found)


class _PatchReader:
    """Reads a patch a file's section at a time; a line too long is kept in part."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._next = self._line()

    def section(self, most: int) -> tuple[list[DiffLine], int]:
        """Read a file's section; returns the lines that are kept, and how many are not."""
        lines: list[DiffLine] = []
        dropped = 0
        if self._next.startswith(b"diff --git "):
            self._next = self._line()
        while self._next and not self._next.startswith(b"diff --git "):
            header = _HUNK.match(self._next)
            if header is None:
                self._next = self._line()
                continue
            old, old_left, new, new_left = (
                int(number) if number is not None else 1 for number in header.groups()
            )
            if len(lines) < most:
                lines.append(DiffLine("hunk", None, None, _text(self._next)))
            self._next = self._line()
            while old_left > 0 or new_left > 0 or self._next.startswith(b"\\"):
                kind = _KINDS.get(self._next[:1])
                is_kept = len(lines) < most
                if kind is None:
                    if not self._next.startswith(b"\\"):
                        break
                    if is_kept:
                        lines.append(DiffLine("note", None, None, _text(self._next[2:])))
                    self._next = self._line()
                    continue
                if is_kept:
                    lines.append(
                        DiffLine(
                            kind,
                            old if kind != "added" else None,
                            new if kind != "removed" else None,
                            _text(self._next[1:]),
                        )
                    )
                else:
                    dropped += 1
                if kind != "added":
                    old, old_left = old + 1, old_left - 1
                if kind != "removed":
                    new, new_left = new + 1, new_left - 1
                self._next = self._line()
        return lines, dropped

    def _line(self) -> bytes:
        line = self._out.readline(_READ_AT_ONCE)
        if line and not line.endswith(b"\n"):
            while (more := self._out.readline(1 << 20)) and not more.endswith(b"\n"):
                pass
        return line


def _text(line: bytes) -> str:
    """Return a line as text: bytes that are no letters are told by their numbers."""
    text = line.removesuffix(b"\n").decode("utf-8", "backslashreplace")
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"

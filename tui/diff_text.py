"""One file of a diff as it is read: which lines belong together, which words of them differ.

Nothing is worked out before it is asked for, so that a file of 50,000 lines opens like a short
one; what was worked out is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from planner.differences import by_word
from planner.runs.comments import LONGEST_QUOTED
from planner.runs.diffs import DiffFile, DiffLine
from store.records import DiffComment, DiffSide

LONGEST_COMPARED = 400
"""Characters of a line up to which it is compared word by word."""

AT_ONCE = 200
"""Lines of a hunk that are coloured together: a text or comment of more lines may lose its colour."""

LONGEST_COLORED = 2_000
"""Characters of a line up to which it gets the colours of its language."""

Range = tuple[int, int, str]
"""From where to where in a line, and the name of the style."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that stand together; ``header`` is its own line's index, the rest follow it."""

    header: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sides:
    """A file as it was and as it is, whole: what a diff alone can't tell.

    Attributes:
        new: All its lines as it is.
        old_colors: The colours of each line as it was.
        new_colors: The colours of each line as it is.
    """

    new: Sequence[str]
    old_colors: Sequence[Sequence[Range]]
    new_colors: Sequence[Sequence[Range]]


class DiffText:
    """A file of a diff, and what is found out about its lines by their index."""

    def __init__(self, file: DiffFile, *, is_colored: bool = True) -> None:
        """Read a file of a diff.

        Args:
            file: The file.
            is_colored: Whether its lines are to have the colours of its language.
        """
        self.file = file
        self.lines = file.lines
        self.is_colored = is_colored
        self._words: dict[int, Sequence[Range]] = {}
        self._colors: dict[int, Sequence[Range]] = {}
        self.sides: Sides | None = None
        """The file whole, once it was read."""

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """Its hunks, in order."""
        headers = [index for index, line in enumerate(self.lines) if line.kind == "hunk"]
        if not headers:
            return (Hunk(-1, 0, len(self.lines)),) if self.lines else ()
        ends = [*headers[1:], len(self.lines)]
        return tuple(Hunk(at, at + 1, end) for at, end in zip(headers, ends, strict=True))

    @cached_property
    def widest_number(self) -> int:
        """The digits of its highest line number."""
        highest = max((max(line.old or 0, line.new or 0) for line in self.lines), default=0)
        return len(str(highest))

    @cached_property
    def longest(self) -> int:
        """About how many cells its longest line takes; never less."""
        return max((_at_most(line.text) for line in self.lines), default=0)

    @cached_property
    def pairs(self) -> Mapping[int, int]:
        """What a changed line was before or became: each of the two leads to the other."""
        found: dict[int, int] = {}
        for removed, added in self.runs():
            for left, right in zip(removed, added, strict=False):
                found[left], found[right] = right, left
        return found

    def runs(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the lines that went together with those that came in their place."""
        removed: list[int] = []
        added: list[int] = []
        for index, line in enumerate(self.lines):
            if line.kind == "removed" and not added:
                removed.append(index)
            elif line.kind == "added":
                added.append(index)
            elif line.kind != "note":
                yield removed, added
                removed, added = [index] if line.kind == "removed" else [], []
        yield removed, added

    def words(self, index: int) -> Sequence[Range]:
        """Return where a changed line differs from the one in whose place it stands."""
        found = self._words.get(index)
        if found is None:
            self._compare(index)
            found = self._words[index]
        return found

    def colors(self, index: int) -> Sequence[Range]:
        """Return what of a line has which colour of its language."""
        if not self.is_colored:
            return ()
        if self.sides is not None:
            return _color_of(self.lines[index], self.sides)
        if index not in self._colors:
            self._color(index)
        return self._colors.get(index, ())

    def _compare(self, index: int) -> None:
        other = self.pairs.get(index)
        self._words[index] = ()
        if other is None:
            return
        left, right = sorted((index, other))
        was, now = self.lines[left].text, self.lines[right].text
        if max(len(was), len(now)) > LONGEST_COMPARED:
            return
        pieces = by_word(was, now)
        self._words[left], self._words[right] = map(_differing, pieces)

    def _color(self, index: int) -> None:
        from tui.code_colors import color_lines, lexer_for  # pygments: only where code is seen

        hunk = next((each for each in self.hunks if each.start <= index < each.end), None)
        if hunk is None:
            return
        start = index - (index - hunk.start) % AT_ONCE
        chunk = range(start, min(start + AT_ONCE, hunk.end))
        lexer = lexer_for(self.file.path)
        # What is new is read last: a line that is on both sides has its colours as it is now.
        for skipped in ("added", "removed"):
            side = [at for at in chunk if self.lines[at].kind not in (skipped, "note")]
            texts = [self.lines[at].text for at in side]
            if lexer is None or max(map(len, texts), default=0) > LONGEST_COLORED:
                texts = []
            for at, ranges in zip(side, color_lines(lexer, texts), strict=False):
                self._colors[at] = ranges
        for at in chunk:
            self._colors.setdefault(at, ())


def whole_text(text: DiffText, sides: Sides) -> DiffText:
    """Return a file with the lines between its hunks as well."""
    lines: list[DiffLine] = []
    old = new = 1
    for line in text.lines:
        if line.kind == "hunk":
            continue
        if line.kind == "note":
            lines.append(line)
            continue
        until = line.new if line.new is not None else new + (line.old or old) - old
        while new < until and new <= len(sides.new):
            lines.append(DiffLine("context", old, new, sides.new[new - 1]))
            old, new = old + 1, new + 1
        lines.append(line)
        old += line.old is not None
        new += line.new is not None
    for number in range(new, len(sides.new) + 1):
        lines.append(DiffLine("context", old + number - new, number, sides.new[number - 1]))
    whole = DiffText(
        msgspec.structs.replace(text.file, lines=tuple(lines)), is_colored=text.is_colored
    )
    whole.sides = sides
    return whole


def _color_of(line: DiffLine, sides: Sides) -> Sequence[Range]:
    colors, number = (
        (sides.new_colors, line.new) if line.new is not None else (sides.old_colors, line.old)
    )
    return colors[number - 1] if number is not None and number <= len(colors) else ()


def _at_most(text: str) -> int:
    return len(text) + 3 * text.count("\t") if text.isascii() else 2 * len(text)


def _differing(pieces: Sequence[tuple[str, bool]]) -> Sequence[Range]:
    """Return where the pieces of a line stand that differ."""
    found: list[Range] = []
    at = 0
    for text, differs in pieces:
        if differs:
            found.append((at, at + len(text), "word"))
        at += len(text)
    return found


def place_comments(
    text: DiffText, comments: Sequence[DiffComment], commit: str
) -> tuple[Mapping[int, Sequence[DiffComment]], Sequence[DiffComment]]:
    """Find the lines that comments are about.

    A comment at another commit is placed where its line stands by now, the nearest of those that
    read the same.

    Args:
        text: The file as it stands at ``commit``.
        comments: What was said about lines of it.
        commit: Where the diff ends.

    Returns:
        The comments by the index of their line, and those whose line is not in the diff.
    """
    placed: dict[int, list[DiffComment]] = {}
    lost: list[DiffComment] = []
    for comment in comments:
        index = _line_of(text, comment, commit)
        if index is None:
            lost.append(comment)
        else:
            placed.setdefault(index, []).append(comment)
    return placed, lost


def _line_of(text: DiffText, comment: DiffComment, commit: str) -> int | None:
    is_old = comment.side == DiffSide.OLD
    found: int | None = None
    nearest = 0
    for index, line in enumerate(text.lines):
        number = line.old if is_old else line.new
        if number is None or line.kind not in ("context", "removed" if is_old else "added"):
            continue
        if comment.commit_sha == commit:
            if number == comment.line:
                return index
        elif comment.quoted.strip() and line.text[:LONGEST_QUOTED] == comment.quoted:
            away = abs(number - comment.line)
            if found is None or away < nearest:
                found, nearest = index, away
    return found

"""The difference between two texts in lines to read: what went, what came, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec

SHORT = 60
"""Characters up to which two values stand on one line: ``“was” → “is”``."""

MOST_LINES = 400
"""Lines of one text that are compared."""

MOST_TOKENS = 1_200
"""Words and signs of a line up to which it is compared word by word."""

MOST_SHOWN = 12
"""Lines shown of a text that came or went whole."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

Pieces = tuple[tuple[str, bool], ...]
"""Parts of a line, each with whether it is what differs."""


class Line(msgspec.Struct, frozen=True):
    """A line to read.

    ``sign`` is ``-`` for what went, ``+`` for what came, empty otherwise. ``style`` is
    ``heading``, ``text`` or ``faint``.
    """

    sign: str
    pieces: Pieces
    style: str = "text"

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece for piece, _ in self.pieces)


def differences(label: str, was: str | None, now: str | None, *, quoted: bool) -> Iterator[Line]:
    """Tell how a value changed: on one line when it is short, line by line when it is not.

    Args:
        label: What the value is called.
        was: The value before; None for nothing.
        now: The value after; None for nothing.
        quoted: Whether the values are somebody's words.

    Yields:
        The lines.
    """
    if _is_short(was) and _is_short(now):
        shown = [_said(value, quoted=quoted) for value in (was, now)]
        yield Line("", ((f"{label}: {shown[0]} → {shown[1]}", False),))
    elif was is None or now is None:
        yield from value_lines("+" if was is None else "-", label, now if was is None else was)
    else:
        yield Line("", ((f"{label}:", False),))
        yield from _compared(was, now)


def value_lines(sign: str, label: str, value: str | None) -> Iterator[Line]:
    """Tell a value that came or went whole.

    Yields:
        The lines.
    """
    if _is_short(value):
        yield Line(sign, ((f"{label}: {_said(value, quoted=False)}", False),))
        return
    lines = (value or "").splitlines() or [""]
    yield Line("", ((f"{label}:", False),))
    for line in lines[:MOST_SHOWN]:
        yield Line(sign, ((line, False),))
    if len(lines) > MOST_SHOWN:
        yield _left(len(lines) - MOST_SHOWN)


def _compared(was: str, now: str) -> Iterator[Line]:
    before, after = was.splitlines(), now.splitlines()
    if len(before) > MOST_LINES or len(after) > MOST_LINES:
        yield Line("", ((f"{len(before):,} lines → {len(after):,} lines", False),), "faint")
        before, after = before[:MOST_LINES], after[:MOST_LINES]
    skipped = False
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            # A line on either side says where a change is; the rest did not change.
            skipped = True
            continue
        if skipped and i1 > 0:
            yield from _around(before, i1)
        yield from _replaced(before[i1:i2], after[j1:j2])
        skipped = False
    if skipped:
        yield Line("", (("…", False),), "faint")


def _around(before: Sequence[str], index: int) -> Iterator[Line]:
    if index > 1:
        yield Line("", (("…", False),), "faint")
    if before[index - 1].strip():
        yield Line(" ", ((before[index - 1], False),), "faint")


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for index in range(max(len(before), len(after))):
        was = before[index] if index < len(before) else None
        now = after[index] if index < len(after) else None
        if was is None:
            yield Line("+", ((now or "", False),))
        elif now is None:
            yield Line("-", ((was, False),))
        else:
            left, right = by_word(was, now)
            yield Line("-", left)
            yield Line("+", right)


def by_word(was: str, now: str) -> tuple[Pieces, Pieces]:
    """Return two lines with the words that differ told apart."""
    before, after = _TOKEN.findall(was), _TOKEN.findall(now)
    if max(len(before), len(after)) > MOST_TOKENS:
        return ((was, False),), ((now, False),)
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    same = sum(_words(before[i1:i2]) for tag, i1, i2, _, _ in opcodes if tag == "equal")
    if same * 3 < max(_words(before), _words(after)):
        return ((was, False),), ((now, False),)  # another line altogether
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if i1 < i2:
            left.append(("".join(before[i1:i2]), tag != "equal"))
        if j1 < j2:
            right.append(("".join(after[j1:j2]), tag != "equal"))
    return tuple(left), tuple(right)


def _words(tokens: Sequence[str]) -> int:
    return sum(not token.isspace() for token in tokens)


def _is_short(value: str | None) -> bool:
    return value is None or (len(value) <= SHORT and len(value.splitlines()) < 2)


def _said(value: str | None, *, quoted: bool) -> str:
    if value is None:
        return "nothing"
    return f"“{value}”" if quoted else value


def _left(count: int) -> Line:
    return Line("", ((f"… and {count:,} more line{'' if count == 1 else 's'}", False),), "faint")

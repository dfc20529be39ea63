"""A piece of a log as spans that are safe to draw: colours as styles, the rest as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, get_character_cell_size

from tui.spans import Span, Spans
from tui.text import UNSAFE, visible

TAB = 8
"""Cells from one tab stop to the next."""

_SGR = re.compile("\x1b\\[([0-9;:]*)m")

# Of the colours a terminal has, those that say something: which is meant is the theme's to show.
_COLORS = {1: "bad", 2: "good", 3: "warn", 4: "accent", 5: "heading", 6: "accent"}


def colored(text: str) -> list[Span]:
    """Return a text in spans: its own colours as styles, and nothing in it that does something."""
    if "\t" in text:
        text = _without_tabs(text)
    if "\x1b" not in text:
        return [(visible(text) if UNSAFE.search(text) else text, "text")] if text else []
    spans: list[Span] = []
    at, style = 0, _Style()
    for match in _SGR.finditer(text):
        if match.start() > at:
            spans.append((visible(text[at : match.start()]), style.name))
        style.take(match.group(1))
        at = match.end()
    if at < len(text):
        spans.append((visible(text[at:]), style.name))
    return [span for span in spans if span[0]]


class _Style:
    """What the colours so far come to."""

    def __init__(self) -> None:
        self._color = ""
        self._is_strong = self._is_faint = False

    @property
    def name(self) -> str:
        if self._color:
            return self._color
        return "strong" if self._is_strong else "faint" if self._is_faint else "text"

    def take(self, codes: str) -> None:
        numbers = iter([int(code) if code.isdigit() else 0 for code in re.split("[;:]", codes)])
        for number in numbers:
            if number == 0:
                self._color, self._is_strong, self._is_faint = "", False, False
            elif number in (1, 2):
                self._is_strong, self._is_faint = number == 1, number == 2
            elif number == 22:
                self._is_strong = self._is_faint = False
            elif number in (38, 48):
                # One of many colours: passed over with its numbers.
                skipped = {5: 1, 2: 3}.get(next(numbers, 0), 0)
                for _ in range(skipped):
                    next(numbers, 0)
                if number == 38:
                    self._color = ""
            elif 30 <= number <= 39 or 90 <= number <= 97:
                self._color = _COLORS.get(number % 10, "faint" if number == 90 else "")


def _without_tabs(text: str) -> str:
    """Return a text with blanks up to the next stop in place of each tab; colours take no room."""
    if "\x1b" not in text:
        return text.expandtabs(TAB)
    parts: list[str] = []
    column = 0
    for part in re.split("(\x1b\\[[0-9;:]*m|\t)", text):
        if part == "\t":
            parts.append(" " * (TAB - column % TAB))
            column += TAB - column % TAB
        elif _SGR.fullmatch(part):
            parts.append(part)
        else:
            parts.append(part)
            column += cell_len(part)
    return "".join(parts)


def emphasised(spans: Spans, places: Sequence[tuple[int, int]]) -> list[Span]:
    """Return spans with some places of their text in the style of a match."""
    marked: list[Span] = []
    at = 0
    left = list(places)
    for text, style in spans:
        done = 0
        while left and left[0][0] < at + len(text):
            start, end = max(0, left[0][0] - at), left[0][1] - at
            if start > done:
                marked.append((text[done:start], style))
            marked.append((text[start : min(end, len(text))], "match"))
            done = min(end, len(text))
            if end > len(text):
                break
            del left[0]
        if done < len(text):
            marked.append((text[done:], style))
        at += len(text)
    return marked


def folded(spans: Spans, cells: int) -> list[list[Span]]:
    """Return spans in lines of at most so many cells, broken anywhere but within a character."""
    lines: list[list[Span]] = [[]]
    left = cells
    for text, style in spans:
        for piece, width in _pieces(text, left, cells):
            if width > left:
                lines.append([])
                left = cells
            lines[-1].append((piece, style))
            left -= width
    return lines


def _pieces(text: str, left: int, cells: int) -> Iterator[tuple[str, int]]:
    """Yield a text in pieces that each fit on a line, the first on what is left of one."""
    if text.isascii():
        start = 0
        while start < len(text):
            room = left if start == 0 and left > 0 else cells
            piece = text[start : start + room]
            yield piece, len(piece)
            start += len(piece)
        return
    start, used, room = 0, 0, left
    for index, character in enumerate(text):
        width = get_character_cell_size(character)
        if used + width > room:
            if index > start:
                yield text[start:index], used
            start, used, room = index, 0, cells
        used += width
    yield text[start:], used


def clipped_from(spans: Spans, left: int, cells: int) -> list[Span]:
    """Return what of spans can be seen in so many cells when the first ``left`` are passed over."""
    found: list[Span] = []
    at = 0
    for text, style in spans:
        if at >= left + cells:
            break
        width = len(text) if text.isascii() else cell_len(text)
        if at + width > left:
            found.append((_within(text, max(0, left - at), left + cells - at), style))
        at += width
    return [span for span in found if span[0]]


def _within(text: str, start: int, end: int) -> str:
    if text.isascii():
        return text[start:end]
    kept: list[str] = []
    at = 0
    for character in text:
        width = get_character_cell_size(character)
        if at >= start and at + width <= end:
            kept.append(character)
        elif start <= at + width - 1 < end or start <= at < end:
            kept.append(" ")  # half of a wide character
        at += width
        if at >= end:
            break
    return "".join(kept)

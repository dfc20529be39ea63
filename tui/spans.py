"""Lines of styled text, safe to draw: cut to a width, or folded to it.

A span is a text from anywhere (the database, too) and the name of the style it is drawn in;
what it means to look like is up to the widget that draws it. Widths are terminal cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size

from tui.text import ELLIPSIS, visible

Span = tuple[str, str]
"""A text and the name of its style."""

Spans = Sequence[Span]
"""What stands on one line, from left to right."""

_PIECE = re.compile(r" +|[^ ]+")
_SPARE_CHARACTERS = 64
_CHARACTERS_PER_CELL = 8


def width_of(spans: Iterable[Span]) -> int:
    """Return how many cells spans take that are safe to draw already."""
    return sum(cell_len(text) for text, _ in spans)


def clip_spans(spans: Spans, cells: int) -> list[Span]:
    """Return spans on one line of at most so many cells, cut with ``…`` where they are longer."""
    kept, is_whole = _beginning(spans, cells)
    if is_whole and width_of(kept) <= cells:
        return kept
    return _cut(kept, cells)


def pad_spans(spans: Spans, cells: int) -> list[Span]:
    """Return spans on one line of exactly so many cells."""
    kept = clip_spans(spans, cells)
    short = cells - width_of(kept)
    return [*kept, (" " * short, "text")] if short > 0 else kept


def wrap_spans(spans: Spans, cells: int, lines: int) -> list[list[Span]]:
    """Return spans as at most so many lines of at most so many cells.

    Lines break between words; a word longer than a line is broken, a wide character never.
    The last line ends in ``…`` when there is more.
    """
    if cells <= 0 or lines <= 0:
        return []
    kept, is_whole = _beginning(spans, cells * lines)
    if is_whole and width_of(kept) <= cells:
        return [kept] if kept else []
    text = "".join(piece for piece, _ in kept)
    ranges = _fold(text, cells, lines + 1)
    wrapped = [_between(kept, start, end) for start, end in ranges[:lines]]
    if len(ranges) > lines or not is_whole:
        last = [*(wrapped.pop() if wrapped else []), (" " * cells, "text")]
        wrapped.append(_cut(last, cells))
    return wrapped


def _beginning(spans: Spans, cells: int) -> tuple[list[Span], bool]:
    """Return more of some spans than so many cells can show, and whether that is all of them."""
    most = max(0, cells) * _CHARACTERS_PER_CELL + _SPARE_CHARACTERS
    kept: list[Span] = []
    for text, style in spans:
        if len(text) > most:
            kept.append((visible(text[:most]), style))
            return kept, False
        most -= len(text)
        safe = visible(text)
        if safe:
            kept.append((safe, style))
    return kept, True


def _cut(spans: Spans, cells: int) -> list[Span]:
    """Return spans cut to so many cells, ``…`` included."""
    if cells <= 0:
        return []
    kept: list[Span] = []
    left = cells - 1
    style = "text"
    for text, style in spans:
        width = cell_len(text)
        if width > left:
            head = text[: _fitting(text, 0, len(text), left)]
            if head.rstrip(" "):
                kept.append((head.rstrip(" "), style))
            break
        kept.append((text, style))
        left -= width
    return [*kept, (ELLIPSIS, style)]


def _fitting(text: str, start: int, end: int, cells: int) -> int:
    """Return where so many cells are full, from ``start`` on and at most at ``end``."""
    used = 0
    for index in range(start, end):
        used += get_character_cell_size(text[index])
        if used > cells:
            return index
    return end


def _fold(text: str, cells: int, most: int) -> list[tuple[int, int]]:
    """Return where the lines of a text begin and end, at most so many of them."""
    lines: list[tuple[int, int]] = []
    start = end = used = 0
    is_empty = True
    for match in _PIECE.finditer(text):
        if match.group()[0] == " " and (not is_empty or lines):
            continue
        begin, stop = match.span()
        gap = 0 if is_empty else begin - end
        width = cell_len(match.group())
        if not is_empty and used + gap + width <= cells:
            end, used = stop, used + gap + width
            continue
        if not is_empty:
            lines.append((start, end))
        while width > cells and len(lines) < most:
            full = max(begin + 1, _fitting(text, begin, stop, cells))
            lines.append((begin, full))
            begin, width = full, cell_len(text[full:stop])
        start, end, used, is_empty = begin, stop, width, begin == stop
        if len(lines) >= most:
            return lines[:most]
    return lines if is_empty else [*lines, (start, end)]


def _between(spans: Spans, start: int, end: int) -> list[Span]:
    """Return what of some spans stands between two places of their text."""
    found: list[Span] = []
    at = 0
    for text, style in spans:
        piece = text[max(0, start - at) : max(0, end - at)]
        if piece:
            found.append((piece, style))
        at += len(text)
        if at >= end:
            break
    return found

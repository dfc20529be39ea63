"""A line of code as pieces to draw: safe, in the colours of its language, what differs marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len

from tui.diff_text import DiffText, Range
from tui.text import UNSAFE, visible

TAB = 4
"""Cells from one tab stop to the next."""

Piece = tuple[str, str, str]
"""What is drawn, the name of its style, and why it is marked: ``word``, ``found`` or not."""


def code_pieces(text: DiffText, index: int, needle: str = "") -> Sequence[Piece]:
    """Return the pieces of a line.

    Args:
        text: The file.
        index: Which line.
        needle: What was searched for.
    """
    line = text.lines[index]
    if line.kind == "note":
        return ((visible(line.text), "faint", ""),)
    raw = line.text
    marks = [*text.words(index), *found_in(raw, needle)]
    changed = line.kind in ("added", "removed")
    if changed:
        bare = len(raw.rstrip(" \t\r"))
        if bare < len(raw):
            marks.append((bare, len(raw), "blank"))
    drawn: list[Piece] = []
    column = 0
    for piece, style, mark in _cut(raw, text.colors(index), marks):
        for shown, is_sign in _safe(
            piece, column, shows_tabs=changed, shows_blanks=mark == "blank"
        ):
            column += cell_len(shown)
            name = "faint" if is_sign else f"code-{style}" if style else "text"
            drawn.append((shown, name, "word" if mark == "blank" else mark))
    return drawn


def found_in(text: str, needle: str) -> list[Range]:
    """Return where a text stands in another, whatever the case of its letters."""
    if not needle:
        return []
    found = re.finditer(re.escape(needle), text, re.IGNORECASE)
    return [(*match.span(), "found") for match in found]


def _cut(
    raw: str, colors: Sequence[Range], marks: Sequence[Range]
) -> Sequence[tuple[str, str, str]]:
    """Return a line cut wherever a colour or a mark begins or ends; of two marks the last counts."""
    ends = {0, len(raw)}
    for start, end, _ in (*colors, *marks):
        ends |= {min(start, len(raw)), min(end, len(raw))}
    edges = sorted(ends)
    styles, why = _along(edges, colors), _along(edges, marks)
    return [
        (raw[start:end], styles[at], why[at]) for at, (start, end) in enumerate(pairwise(edges))
    ]


def _along(edges: Sequence[int], ranges: Sequence[Range]) -> list[str]:
    """Return which range each piece between two edges is in; empty where in none."""
    at = {edge: number for number, edge in enumerate(edges)}
    found = [""] * len(edges)
    last = edges[-1]
    for start, end, name in ranges:
        for number in range(at[min(start, last)], at[min(end, last)]):
            found[number] = name
    return found


def _safe(
    piece: str, column: int, *, shows_tabs: bool, shows_blanks: bool
) -> Sequence[tuple[str, bool]]:
    """Return a piece as it is drawn from a column on, each part with whether it is a sign of ours."""
    if not UNSAFE.search(piece):
        return ((piece.replace(" ", "·"), True),) if shows_blanks else ((piece, False),)
    parts: list[tuple[str, bool]] = []
    for part in re.split(r"(\t|\r)", piece):
        if part == "\t":
            cells = TAB - column % TAB
            lead = "→" if shows_tabs else " "
            shown, is_sign = lead + " " * (cells - 1), True
        elif part == "\r":
            shown, is_sign = "\\r", True
        else:
            shown = visible(part)
            is_sign = shows_blanks
            if shows_blanks:
                shown = shown.replace(" ", "·")
        if shown:
            parts.append((shown, is_sign))
            column += cell_len(shown)
    return parts

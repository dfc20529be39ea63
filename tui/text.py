"""Text from the database, made safe to draw (``tui/safe_text.py``) and cut to size.

What is stored never changes; only the drawing does. Widths are terminal cells.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, get_character_cell_size

from tui.safe_text import UNSAFE, visible, visible_lines

__all__ = ["ELLIPSIS", "UNSAFE", "clip", "visible", "visible_lines", "wrap"]

ELLIPSIS = "…"
"""What stands for the text that did not fit."""

_PIECE = re.compile(r" +|[^ ]+")

_SPARE_CHARACTERS = 64
_CHARACTERS_PER_CELL = 8


def clip(text: str, cells: int) -> str:
    """Return a text on one line of at most so many cells, cut with ``…`` where it is longer."""
    if cells <= 0:
        return ""
    line, is_whole = _beginning(text, cells)
    if is_whole and cell_len(line) <= cells:
        return line
    return _cut(line, cells)


def wrap(text: str, cells: int, lines: int) -> list[str]:
    """Return a text as at most so many lines of at most so many cells.

    Lines break between words; a word longer than a line is broken, a wide character never.
    The last line ends in ``…`` when there is more. Only as much of the text is looked at as
    the lines could hold.
    """
    if cells <= 0 or lines <= 0:
        return []
    shown, is_whole = _beginning(text, cells * lines)
    shown = shown.strip(" ")
    if is_whole and cell_len(shown) <= cells:
        return [shown] if shown else []
    wrapped = _fold(shown, cells, lines + 1)
    if len(wrapped) > lines or not is_whole:
        wrapped = wrapped[:lines] or [""]
        wrapped[-1] = _cut(wrapped[-1] + " " * cells, cells)
    return wrapped


def _beginning(text: str, cells: int) -> tuple[str, bool]:
    """Return more of a text than so many cells can show, and whether that is all of it."""
    most = cells * _CHARACTERS_PER_CELL + _SPARE_CHARACTERS
    return visible(text[:most]), len(text) <= most


def _cut(line: str, cells: int) -> str:
    """Return a line cut to so many cells, ``…`` included."""
    kept, _ = _split(line, cells - 1)
    return kept.rstrip(" ") + ELLIPSIS


def _split(text: str, cells: int) -> tuple[str, str]:
    """Split a text where so many cells are full, never within a wide character."""
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > cells:
            return text[:index], text[index:]
    return text, ""


def _fold(text: str, cells: int, most: int) -> list[str]:
    """Return a text folded between words into at most so many lines."""
    lines: list[str] = []
    line, used, gap = "", 0, ""
    for match in _PIECE.finditer(text):
        piece = match.group()
        if piece[0] == " ":
            gap = piece if line else ""
            continue
        width = cell_len(piece)
        if line and used + len(gap) + width <= cells:
            line, used = line + gap + piece, used + len(gap) + width
            continue
        if line:
            lines.append(line)
        while width > cells and len(lines) < most:
            head, piece = _split(piece, cells)
            if not head:  # a wide character, and not even room for one
                head, piece = ELLIPSIS, ""
            lines.append(head)
            width = cell_len(piece)
        line, used = piece, width
        if len(lines) >= most:
            return lines[:most]
    return [*lines, line] if line else lines

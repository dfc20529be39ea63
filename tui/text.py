"""Text from the database, made safe to draw and cut to size.

A title is data: what would move the cursor, reorder the line or hide from the eye is
shown as written (``\\x1b``, ``\\u202e``) or, where it only joins or spaces letters, left
out. What is stored never changes; only the drawing does. Widths are terminal cells.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS = "…"
"""What stands for the text that did not fit."""

_CONTROLS = "\x00-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"  # terminals disagree on the width of what they colour
_DROPPED = f"\xad\u061c\u200b-\u200f\u2060\ufeff\ufe0f{_SKIN_TONES}"
_FORMATS = (
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e\u2028-\u202e\u2061-\u206f\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
)

UNSAFE = re.compile(f"\r\n|[{_CONTROLS}{_SURROGATES}{_DROPPED}{_FORMATS}]")
"""What cannot be drawn as it is: controls, lone surrogates, format characters."""

_BREAKS = frozenset("\r\n\u2028\u2029")
_LEFT_OUT = re.compile(f"[{_DROPPED}]")
_PIECE = re.compile(r" +|[^ ]+")

_SPARE_CHARACTERS = 64
_CHARACTERS_PER_CELL = 8


def visible(text: str) -> str:
    """Return a text as one line that is safe to draw.

    Line breaks and tabs become a space, other controls and bidirectional overrides their
    escapes, lone surrogates ``U+FFFD``; joiners, selectors and marks without a width are
    left out. Text with none of these comes back as it is.
    """
    return UNSAFE.sub(_on_one_line, text) if UNSAFE.search(text) else text


def visible_lines(text: str) -> str:
    r"""Return a text that is safe to draw on many lines.

    As ``visible``, but line breaks stay, each as ``\n``, and a tab becomes four spaces.
    """
    return UNSAFE.sub(_on_lines, text) if UNSAFE.search(text) else text


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


def _on_one_line(match: re.Match[str]) -> str:
    found = match.group()
    return " " if found == "\t" or found[0] in _BREAKS else _shown(found)


def _on_lines(match: re.Match[str]) -> str:
    found = match.group()
    if found == "\t":
        return "    "
    return "\n" if found[0] in _BREAKS else _shown(found)


def _shown(character: str) -> str:
    """Return what stands for a character that can't be drawn."""
    if _LEFT_OUT.match(character):
        return ""
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


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

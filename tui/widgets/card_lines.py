"""From a row of the card view to lines: wrapped to a width, in pieces with a style each."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style

from tui.text import clip, visible, visible_lines, wrap
from tui.widgets.card_rows import MOST_LINES, Row

Piece = tuple[str, str | Style]
"""A text, and its style or the end of the name of its component class."""

Line = tuple[Piece, ...]

META_FROM = 64
"""Cells from which what is told of an item stands beside its text, not below."""

INDENT = 2


def lay_out(row: Row, width: int) -> tuple[Line, ...]:
    """Return a row's lines, none wider than so many cells. Markdown is laid out elsewhere."""
    if row.kind == "gap":
        return ((),)
    if row.kind == "heading":
        return (_heading(row, width),)
    if row.kind == "folder":
        indent = " " * (INDENT * row.depth)
        return (((clip(f"{indent}{visible(row.text)}", width), "faint"),),)
    if row.kind in ("item", "rule"):
        return _item(row, width)
    style = {"title": "title", "facts": "facts", "faint": "faint"}.get(row.kind, "text")
    return tuple(((line, style),) for line in wrap(row.text, width, MOST_LINES) or [""])


def guess(row: Row, width: int) -> int:
    """Return about how many lines a row takes, without wrapping it."""
    if row.kind in ("gap", "heading", "folder"):
        return 1
    if row.kind == "markdown":
        return row.text.count("\n") + len(row.text) // width + 1
    lines = min(MOST_LINES, max(1, -(-len(row.text) // width)))
    if row.kind == "item":
        lines += sum(-(-len(text) // width) for _, text in row.notes)
        lines += bool(row.meta) and width < META_FROM
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Wrap a text that may have lines of its own; at least one line comes of it."""
    if "\n" not in text and "\r" not in text:
        return wrap(text, width, MOST_LINES) or [""]
    lines: list[str] = []
    for line in visible_lines(text).strip("\n").split("\n"):
        lines += wrap(line, width, MOST_LINES - len(lines)) or [""]
        if len(lines) >= MOST_LINES:
            break
    return lines or [""]


def _heading(row: Row, width: int) -> Line:
    sign = f"{row.sign} " if row.sign else ""
    heading = clip(row.text, max(0, width - len(sign)))
    room = width - len(sign) - cell_len(heading) - 2
    meta = clip(row.meta, room) if room > 3 else ""
    if not meta:
        return ((sign, "digit"), (heading, "heading"))
    return ((sign, "digit"), (f"{heading}  ", "heading"), (meta, "faint"))


def _item(row: Row, width: int) -> tuple[Line, ...]:
    indent = " " * (INDENT * row.depth)
    left = len(indent) + INDENT
    room, meta = max(4, width - left), visible(row.meta)
    beside = width >= META_FROM and cell_len(meta) < width // 2
    text_room = room - cell_len(meta) - 2 if beside and meta else room
    text = wrapped(row.text, text_room)
    body = "rejected_text" if row.state == "rejected" and row.kind == "item" else "text"
    first: Line = ((indent, "text"), (f"{row.sign} ", row.state), (text[0], body))
    if beside and meta:
        gap = " " * (width - left - cell_len(text[0]) - cell_len(meta))
        first = (*first, (gap, "text"), (meta, "faint"))
    lines: list[Line] = [first]
    pad: Piece = (" " * left, "text")
    lines += [(pad, (line, body)) for line in text[1:]]
    for style, note in row.notes:
        lines += [(pad, (line, style)) for line in wrapped(note, room)]
    if meta and not beside:
        lines.append((pad, (clip(meta, room), "faint")))
    return tuple(lines)

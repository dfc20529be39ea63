"""Tables in words: rows as wide as the terminal, every cell on its line whatever it holds."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from tui.safe_text import visible

NARROWEST = 8
"""Cells that a column is never cut below, while another one is wider."""

LONGEST_CELL = 2_000
"""Characters of a text that a cell shows, where the output is as wide as it likes."""


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return rows as lines below a line of headings, in columns.

    On a terminal they are cut to its width, the widest column first; into a pipe nothing is.
    """
    lines = [[column.replace("_", " ") for column in columns]]
    lines += [[_cell(row[column]) for column in columns] for row in rows]
    widths = [max(width(line[at]) for line in lines) for at in range(len(columns))]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if room is not None:
        widths = _fitting(widths, room)
    told = [
        "  ".join(_padded(cell, cells) for cell, cells in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join(told if room is None else (_cut(line, room) for line in told))


def cut_to_terminal(line: str) -> str:
    """Return a line as wide as the terminal at most; whole, where it goes into a pipe."""
    return _cut(line, shutil.get_terminal_size().columns) if sys.stdout.isatty() else line


def width(text: str) -> int:
    """Return how many cells of a terminal a line takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return visible(value[:LONGEST_CELL]).strip()
    if isinstance(value, (int, float)):
        return f"{value}"
    import msgspec

    return visible(msgspec.json.encode(value).decode()[:LONGEST_CELL])


def _fitting(widths: list[int], room: int) -> list[int]:
    """Return the widths of columns, the widest made narrower until all have room."""
    widths = list(widths)
    over = sum(widths) + 2 * (len(widths) - 1) - room
    while over > 0 and max(widths) > NARROWEST:
        widest = max(widths)
        at = len(widths) - 1 - widths[::-1].index(widest)  # of equals the last, then the one before
        others = [*widths[:at], *widths[at + 1 :], NARROWEST]
        take = min(over, max(1, widest - max(others)))
        widths[at] -= take
        over -= take
    return widths


def _padded(cell: str, cells: int) -> str:
    cell = _cut(cell, cells)
    return cell + " " * (cells - width(cell))


def _cut(text: str, cells: int) -> str:
    """Return a line of at most so many cells, ``…`` included where it was longer."""
    if width(text) <= cells:
        return text
    kept, used = [], 0
    for character in text:
        used += _cells(character)
        if used > cells - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"

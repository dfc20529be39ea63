"""Bars and sparklines out of characters: told by their shapes and numbers, colour apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.spans import Span

SPARKS = "▁▂▃▄▅▆▇█"
"""The heights of a sparkline; nothing at all is a blank."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar.

    Attributes:
        glyph: Fills its cells, and stands before its number.
        style: The name of its style.
        count: How much it is.
        word: What it is called.
        filter: The map's filter for it; None where there is none.
    """

    glyph: str
    style: str
    count: int
    word: str
    filter: str | None = None


def shares(counts: Sequence[int], cells: int) -> list[int]:
    """Share cells out by counts: whatever counts at all gets one, as far as they go."""
    total = sum(counts)
    if total == 0 or cells <= 0:
        return [0] * len(counts)
    exact = [count * cells / total for count in counts]
    given = [max(1 if count else 0, int(part)) for count, part in zip(counts, exact, strict=True)]
    while sum(given) > cells:
        largest = max(range(len(given)), key=lambda i: (given[i] > 1, given[i] - exact[i]))
        given[largest] -= 1
    while sum(given) < cells:
        short = max(range(len(given)), key=lambda i: exact[i] - given[i] if counts[i] else -cells)
        given[short] += 1
    return given


def stacked(parts: Sequence[Part], cells: int, chosen: int = -1) -> list[Span]:
    """Return a bar of so many cells, each part in its own glyph; the chosen one stands out."""
    given = shares([part.count for part in parts], cells)
    return [
        (part.glyph * share, "match" if index == chosen else part.style)
        for index, (part, share) in enumerate(zip(parts, given, strict=True))
        if share
    ]


def length_of(count: int, most: int, cells: int) -> int:
    """Return how many of so many cells a count fills beside the largest; one at least."""
    return max(1, round(count * cells / most)) if count and most else 0


def spark(count: int, most: int) -> str:
    """Return the character whose height tells a count beside the largest."""
    if count <= 0 or most <= 0:
        return " "
    return SPARKS[min(len(SPARKS) - 1, (count * len(SPARKS) - 1) // most)]


def short_number(count: int) -> str:
    """Return a number in at most four characters: ``999``, ``1k``, ``12M``."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count // size}{unit}"
    return str(count)

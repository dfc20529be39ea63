"""The map as lines of text: workflows down, activities across, cards below them.

Where a workflow has more activities than fit beside each other, the others follow below, in
bands. Every width is one of terminal cells, so that wide characters don't push what is beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from planner.board import CardFace, Column, Lane
from tui.card_facts import BUILD_STYLES, card_facts, counted, facts_cells
from tui.glyphs import BUILD
from tui.text import clip, wrap

NARROWEST, GOOD, WIDEST = 20, 25, 34
"""Cells a column may be wide, and how wide it reads well: as on the board."""

SHORTEST_TITLE = 8
"""Cells that a workflow's title has, before it is told how many cards there are."""

AS_MUCH_AS_THERE_IS = 10_000
"""Room in which every word of a card's facts fits."""

Piece = tuple[str, str]
"""A text that is safe to print and the name of its style; ``""`` is none."""

_SIXTEEN = {
    "workflow": "1",
    "faint": "2",
    "title": "",
    "status-todo": "2",
    "status-active": "36",
    "status-questions": "33",
    "status-review": "35",
    "status-production": "32",
    "failed": "31",
    "yellow": "93",
    "blue": "94",
    "purple": "35",
    "green": "32",
    "orange": "33",
    "pink": "95",
    "plain": "37",
}
_MANY = {**_SIXTEEN, "orange": "38;5;208", "pink": "38;5;211", "purple": "38;5;141"}


def styles_for(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return what styles look like on a terminal with this environment, as SGR codes.

    Where ``NO_COLOR`` is set, or the terminal has no colours, headings are bold and no more.
    """
    term = environment.get("TERM", "")
    if term == "dumb":
        return {}
    if environment.get("NO_COLOR"):
        return {"workflow": "1"}
    many = "256" in term or environment.get("COLORTERM", "") in ("truecolor", "24bit")
    return _MANY if many else _SIXTEEN


def map_lines(
    lanes: Sequence[Lane], width: int, *, most_cards: int | None = None
) -> Iterator[list[Piece]]:
    """Yield the lines of a map, each as pieces, none with space at its end.

    Args:
        lanes: What is shown.
        width: Cells there are from left to right.
        most_cards: How many cards of each activity are shown at most.
    """
    most = max((len(lane.columns) for lane in lanes), default=1)
    narrow, good = (width + 1) // (NARROWEST + 1), (width + 1) // (GOOD + 1)
    across = max(1, most if most <= narrow else good)
    column_width = max(min((width + 1) // across - 1, WIDEST), min(NARROWEST, width))
    for number, lane in enumerate(lanes):
        if number:
            yield []
        yield _lane_heading(lane, width)
        if not lane.columns:
            yield [(clip("  no activities yet", width), "faint")]
        for first in range(0, len(lane.columns), across):
            if first:
                yield []
            yield from _band(lane.columns[first : first + across], column_width, most_cards)


def written(line: Sequence[Piece], styles: Mapping[str, str]) -> str:
    """Return a line with its styles as escape sequences, where there are any for them."""
    return "".join(
        f"\x1b[{code}m{text}\x1b[0m" if text.strip() and (code := styles.get(style)) else text
        for text, style in line
    )


def _lane_heading(lane: Lane, width: int) -> list[Piece]:
    shown = sum(column.shown for column in lane.columns)
    count = f"  {counted(shown, lane.size, 'card')}"
    state = lane.build_state
    build = f"  {BUILD.get(state, '')} {state}" if state else ""
    if width - len(count) - cell_len(build) < SHORTEST_TITLE:
        count = ""
    title = clip(lane.title, width - len(count) - cell_len(build))
    build_style = BUILD_STYLES.get(state or "", "faint")
    return [(title, "workflow"), (count, "faint"), (build, build_style)]


def _band(band: Sequence[Column], width: int, most: int | None) -> Iterator[list[Piece]]:
    """Yield the lines of activities that are beside each other."""
    yield _beside([_activity(column, width) for column in band], width)
    shown = [column.cards[:most] for column in band]
    for row in range(max(map(len, shown), default=0)):
        cards = [
            _card(cards[row], column, width) if row < len(cards) else []
            for cards, column in zip(shown, band, strict=True)
        ]
        if row:
            yield []
        for line in range(max(map(len, cards))):
            yield _beside([card[line] if line < len(card) else [] for card in cards], width)
    left = [len(column.cards) - len(cards) for column, cards in zip(band, shown, strict=True)]
    if any(left):
        yield _beside([[(f"  and {more:,} more", "faint")] if more else [] for more in left], width)


def _activity(column: Column, width: int) -> list[Piece]:
    count = f" {column.shown}/{column.size}" if column.hidden else f" {column.size}"
    title = clip(column.title, width - len(count))
    return [(title, column.color or "plain"), (count, "faint")]


def _card(card: CardFace, column: Column, width: int) -> list[list[Piece]]:
    """Return a card's lines: its title on one or two, and its facts."""
    edge = ("▎", column.color or "plain")
    room = width - 2
    lines: list[list[Piece]] = [[edge, (f" {text}", "title")] for text in wrap(card.title, room, 2)]
    lines = lines or [[edge]]
    status, told = f"status-{card.status}", BUILD_STYLES.get(card.build_state or "", "faint")
    left, before, build, after = card_facts(card, AS_MUCH_AS_THERE_IS)
    spare = room - facts_cells(left, before, build, after) + 1
    if spare > 0:
        gap = " " * spare
        right = [(f"{gap}{before}", "faint"), (build, told), (after, "faint")]
        return [*lines, [edge, (f" {left}", status), *right]]
    # Words are worth a line: on the board there is another place to read them.
    facts = [(left, status), (build, told), (f"{before.strip()} {after.strip()}".strip(), "faint")]
    at, used = [edge], 0
    for text, style in facts:
        if used and text and used + 2 + cell_len(text) > room:
            lines.append(at)
            at, used = [edge], 0
        if text:
            at.append((f"{'  ' if used else ' '}{clip(text, room)}", style))
            used += cell_len(text) + (2 if used else 0)
    return [*lines, at]


def _beside(cells: Sequence[list[Piece]], width: int) -> list[Piece]:
    """Return pieces beside each other, each filled up to the width of a column."""
    line: list[Piece] = []
    owed = 0
    for pieces in cells:
        used = 0
        for text, style in pieces:
            if not text:
                continue
            if owed:
                line.append((" " * owed, ""))
                owed = 0
            line.append((text, style))
            used += cell_len(text)
        owed += max(0, width - used) + 1
    if line:
        line[-1] = (line[-1][0].rstrip(" "), line[-1][1])
    return line

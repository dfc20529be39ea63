"""The map as SVG: workflows down, activities across, every card with its whole title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.board import CardFace, Column, Lane, read_board
from store.adapter import DbAdapter
from store.records import Project
from tui.pictures.card_words import counts_of, state_of
from tui.pictures.palette import ACTIVITY, CARD, EDGE, FAINT, FONT, INK, PAPER
from tui.safe_text import visible
from tui.text import clip, wrap

CELL = 7.2
"""Units that a letter is wide, at 12 units of size."""

LINE = 16
COLUMN = 250
GAP = 14
MARGIN = 28
HEADING = 34
TITLE = 52
CELLS = int((COLUMN - 24) / CELL)
MOST_LINES = 12
"""Lines of a title that are drawn; what is longer ends in ``…``."""


class Picture(NamedTuple):
    """A drawn map: what it is of, how large it is, and its parts."""

    name: str
    width: int
    height: int
    parts: list[str]


def export_svg(db: DbAdapter, project: Project) -> Iterator[str]:
    """Draw a project's whole map.

    Args:
        db: The open plan.
        project: Whose map.

    Yields:
        The document, piece by piece. Its texts can be searched and marked.
    """
    yield from written(draw(db, project))


def written(picture: Picture) -> Iterator[str]:
    """Write a drawn map down as a document, piece by piece."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width}" height="{picture.height}" '
        f'viewBox="0 0 {picture.width} {picture.height}" role="img" font-family="{FONT}" '
        f'font-size="12">\n<title>{_escaped(picture.name)}</title>\n'
        f'<rect width="{picture.width}" height="{picture.height}" fill="{PAPER}"/>\n'
    )
    yield from picture.parts
    yield "</svg>\n"


def draw(db: DbAdapter, project: Project) -> Picture:
    """Lay a project's map out and draw its parts."""
    board = read_board(db, project)
    across = max((len(lane.columns) for lane in board.lanes), default=1) or 1
    width = 2 * MARGIN + across * COLUMN + (across - 1) * GAP
    cards = f"{board.size:,} {'card' if board.size == 1 else 'cards'}"
    parts = [
        _text(MARGIN, MARGIN + 14, clip(visible(project.name), _cells(width, 20)), 20, bold=True),
        _text(MARGIN, MARGIN + 34, cards, 12, FAINT),
    ]
    y = MARGIN + TITLE
    for lane in board.lanes:
        y = _lane(parts, lane, y, width)
    if not board.lanes:
        parts.append(_text(MARGIN, y + 14, "There is no workflow yet.", 12, FAINT))
        y += LINE
    return Picture(visible(project.name), width, y + MARGIN, parts)


def _lane(parts: list[str], lane: Lane, top: int, width: int) -> int:
    """Draw a workflow; return where the next one begins."""
    state = f"  {lane.build_state}" if lane.build_state else ""
    title = clip(visible(lane.title), _cells(width, 15) - len(state))
    parts.append(_text(MARGIN, top + 16, f"{title}{state}", 15, bold=True))
    y = top + HEADING
    ends = [y]
    for number, column in enumerate(lane.columns):
        x = MARGIN + number * (COLUMN + GAP)
        ends.append(_column(parts, column, x, y))
    return max(ends) + GAP


def _column(parts: list[str], column: Column, x: int, y: int) -> int:
    """Draw an activity with its cards; return where it ends."""
    color = ACTIVITY.get(column.color, ACTIVITY[None])
    count = str(column.size)
    parts.append(f'<rect x="{x}" y="{y}" width="{COLUMN}" height="24" rx="4" fill="{color}"/>\n')
    title = clip(visible(column.title), CELLS - len(count) - 1)
    parts.append(_text(x + 10, y + 16, title, 12, "#101014", bold=True))
    parts.append(_text(x + COLUMN - 10, y + 16, count, 12, "#101014", end=True))
    y += 24 + 8
    for card in column.cards:
        y = _card(parts, card, color, x, y) + 8
    return y


def _card(parts: list[str], card: CardFace, color: str, x: int, y: int) -> int:
    title = wrap(visible(card.title), CELLS, MOST_LINES) or [""]
    below = [
        line
        for words in (state_of(card), counts_of(card))
        for line in (wrap(words, CELLS, MOST_LINES) if words else ())
    ]
    height = 14 + LINE * (len(title) + len(below))
    parts.append(
        f'<g><rect x="{x}" y="{y}" width="{COLUMN}" height="{height}" rx="4" fill="{CARD}" '
        f'stroke="{EDGE}"/><rect x="{x}" y="{y}" width="4" height="{height}" rx="2" fill="{color}"/>\n'
    )
    for number, line in enumerate([*title, *below]):
        faint = number >= len(title)
        at = y + 18 + number * LINE
        parts.append(_text(x + 12, at, line, 12, FAINT if faint else INK))
    parts.append("</g>\n")
    return y + height


def _cells(width: int, size: int) -> int:
    return int((width - 2 * MARGIN) / (CELL * size / 12))


def _text(
    x: int, y: int, text: str, size: int, fill: str = INK, *, bold: bool = False, end: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    sized = f' font-size="{size}"' if size != 12 else ""
    return (
        f'<text x="{x}" y="{y}" fill="{fill}"{sized}{weight}{anchor} xml:space="preserve">'
        f"{_escaped(text)}</text>\n"
    )


def _escaped(text: str) -> str:
    """Return a text as XML 1.0 may hold it (section 2.2): two code points are no characters there."""
    kept = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return (
        kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )

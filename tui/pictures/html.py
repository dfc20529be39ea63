"""The map as a page: one file without scripts, to be read, searched and printed anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape

from planner.board import CardFace, Column, Lane, read_board
from store.adapter import DbAdapter
from store.records import Card, CardRequirement, KnowledgeStatus, Project
from tui.pictures.card_words import counts_of, state_of
from tui.pictures.palette import ACTIVITY, CARD, EDGE, FAINT, INK, PAPER
from tui.safe_text import visible, visible_lines

_STYLE = f"""
:root {{ color-scheme: light; }}
body {{ margin: 2rem; background: {PAPER}; color: {INK};
  font: 15px/1.4 system-ui, sans-serif; overflow-wrap: anywhere; }}
h1 {{ margin: 0; font-size: 1.6rem; }} h2 {{ margin: 2rem 0 .6rem; font-size: 1.2rem; }}
h3 {{ margin: 0 0 .5rem; padding: .25rem .6rem; border-radius: 4px; font-size: .95rem;
  color: #101014; background: var(--c); print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }}
h3 span {{ float: right; font-weight: 400; }}
h4 {{ margin: 0; font-size: .95rem; font-weight: 600; }}
p {{ margin: .3rem 0; white-space: pre-wrap; }} ul {{ margin: .3rem 0; padding-left: 1.1rem; }}
.faint {{ color: {FAINT}; font-size: .85rem; }}
.across {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
  align-items: start; }}
article {{ margin-bottom: .5rem; padding: .5rem .6rem; border: 1px solid {EDGE};
  border-left: 4px solid var(--c); border-radius: 4px; background: {CARD}; }}
nav a {{ color: inherit; margin-right: 1rem; }}
@media print {{ body {{ margin: 0; font-size: 10pt; }} article, h2, h3 {{ break-inside: avoid; }}
  h2, h3 {{ break-after: avoid; }} nav {{ display: none; }} }}
"""


def export_html(db: DbAdapter, project: Project) -> Iterator[str]:
    """Write a project's whole map as a page, each card with its description and requirements.

    Args:
        db: The open plan.
        project: Whose map.

    Yields:
        The document, piece by piece.
    """
    board = read_board(db, project)
    name = _line(project.name)
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n"
    )
    if project.description:
        yield f"<p>{_lines(project.description)}</p>\n"
    yield f'<p class="faint">{board.size:,} {"card" if board.size == 1 else "cards"}</p>\n'
    if len(board.lanes) > 1:
        links = (
            f'<a href="#w{number}">{_line(lane.title)}</a>'
            for number, lane in enumerate(board.lanes)
        )
        yield f"<nav>{''.join(links)}</nav>\n"
    for number, lane in enumerate(board.lanes):
        yield from _lane(db, lane, number)
    yield "</body>\n</html>\n"


def _lane(db: DbAdapter, lane: Lane, number: int) -> Iterator[str]:
    state = f' <span class="faint">{_line(lane.build_state)}</span>' if lane.build_state else ""
    yield f'<section>\n<h2 id="w{number}">{_line(lane.title)}{state}</h2>\n<div class="across">\n'
    for column in lane.columns:
        yield from _column(db, column)
    yield "</div>\n</section>\n"


def _column(db: DbAdapter, column: Column) -> Iterator[str]:
    color = ACTIVITY.get(column.color, ACTIVITY[None])
    yield f'<div style="--c: {color}">\n<h3>{_line(column.title)} <span>{column.size}</span></h3>\n'
    ids = [card.id for card in column.cards]
    descriptions = {
        card.id: card.description for card in db.list(Card, workflow_activity_id=column.id)
    }
    requirements: dict[str, list[CardRequirement]] = defaultdict(list)
    for requirement in db.list(CardRequirement, card_id=ids) if ids else ():
        if requirement.status is not KnowledgeStatus.REJECTED:
            requirements[requirement.card_id].append(requirement)
    for card in column.cards:
        yield _card(card, descriptions.get(card.id), requirements[card.id])
    yield "</div>\n"


def _card(card: CardFace, description: str | None, requirements: list[CardRequirement]) -> str:
    number = f' id="card-{card.number}"' if card.number is not None else ""
    parts = [f"<article{number}>\n<h4>{_line(card.title)}</h4>\n"]
    told = " · ".join(words for words in (state_of(card), counts_of(card)) if words)
    parts.append(f'<div class="faint">{_line(told)}</div>\n')
    if description:
        parts.append(f"<p>{_lines(description)}</p>\n")
    if requirements:
        items = "".join(f"<li>{_lines(one.text)}</li>" for one in requirements)
        parts.append(f"<ul>{items}</ul>\n")
    parts.append("</article>\n")
    return "".join(parts)


def _line(text: str) -> str:
    return escape(visible(text))


def _lines(text: str) -> str:
    return escape(visible_lines(text))

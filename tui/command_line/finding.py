"""``planner-tui find``: what was typed, in every text of every plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import Listing, answer_rows, listing_options, told
from tui.command_line.where import Where, find_project, project_option, where_option

if TYPE_CHECKING:
    from planner.finding import Found, Pieces

KIND = 14
"""Cells of what a thing is called."""


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--all", "everywhere", is_flag=True, help="In every project, though one is named.")
@project_option
@listing_options
@where_option
def find(where: Where, words: tuple[str, ...], everywhere: bool, listing: Listing) -> None:
    """Find what holds every one of WORDS, best first: titles, texts, what cards hold.

    The beginning of a word will do; letter case and accents make no difference. #42 is a card by
    its number. Without --project it looks in every project.

    \b
    Examples:
      planner-tui --db plan.db find sign in
      planner-tui find "#42" --project Lantern
      planner-tui find token --limit 5 --fields kind,title,on_card --json
    """
    from planner.finding import MOST_FOUND
    from planner.finding import find as find_texts

    limit = MOST_FOUND if listing.limit is None else listing.limit
    typed = " ".join(words)
    db = where.open(listing.as_json)
    with told(listing.as_json), db.connection():
        project = None
        if where.project is not None and not everywhere:
            project = find_project(db, where.project, listing.as_json)
        # One more than is shown, to know whether there is more.
        found = find_texts(db, typed, project.id if project else None, limit=limit + 1)
    shown = found[:limit]
    inside = f" in {project.name}" if project else ""
    answer_rows(
        "found",
        [_row(one) for one in shown],
        listing,
        columns=("kind", "title", "on_card", "where"),
        empty=f"Nothing{inside} holds “{typed}”. Try fewer words, or only how they begin.",
        lines=[_lines(one) for one in shown],
        more={"has_more": len(found) > limit, "project_id": project.id if project else None},
    )
    if len(found) > limit > 0 and not listing.as_json:
        click.echo(f"The best {limit:,}; --limit says how many.", err=True)


def _row(one: Found) -> dict[str, Any]:
    title, card = _text(one.title), one.on_card
    if one.kind == "card":
        card, title = title, title.partition(" ")[2]
    number = card.partition(" ")[0].removeprefix("#") if card else ""
    return {
        "kind": one.kind,
        "number": int(number) if number.isdigit() else None,
        "id": one.id,
        "title": title,
        "snippet": _text(one.snippet),
        "where": list(one.where),
        "on_card": one.on_card,
        "card_id": one.card_id,
        "project_id": one.project_id,
    }


def _lines(one: Found) -> str:
    """Return what is found as the board lists it: what it is, the part that matches, where."""
    from planner.finding import KINDS
    from tui.command_line.tables import cut_to_terminal
    from tui.safe_text import visible

    indent = " " * KIND
    lines = [f"{KINDS.get(one.kind, one.kind):<{KIND}}{visible(_text(one.title))}"]
    if one.snippet:
        lines.append(f"{indent}{visible(_text(one.snippet))}")
    where = [*one.where, *([one.on_card] if one.on_card else [])]
    lines.append(f"{indent}{visible(' › '.join(where)) or 'a project of its own'}")
    return "\n".join(map(cut_to_terminal, lines))


def _text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)

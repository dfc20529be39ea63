"""``planner-tui board``: the map as text."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import answer, json_option, say
from tui.command_line.where import Where, project_option, where_option

if TYPE_CHECKING:
    from planner.board import Lane

NARROWEST = 20
"""Cells that a map can't be narrower than."""

PIPED = 100
"""Cells of a map that goes into a pipe, where ``COLUMNS`` says nothing else."""


@click.command()
@click.option("--workflow", metavar="NAME", help="Only this workflow, by title or id.")
@click.option("--filter", "query", metavar="QUERY", help="Only these cards; see docs/filter.md.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="So many cards an activity.")
@click.option(
    "--width",
    type=click.IntRange(min=NARROWEST),
    metavar="CELLS",
    help="How wide it is. Default: as the terminal.",
)
@click.option("--ascii", "ascii_", is_flag=True, help="Draw with ASCII characters alone.")
@project_option
@json_option
@where_option
def board(
    where: Where,
    workflow: str | None,
    query: str | None,
    limit: int | None,
    width: int | None,
    ascii_: bool,
    as_json: bool,
) -> None:
    """Print the map: workflows down, activities across, cards below them.

    Activities that don't fit beside the others follow below them. A card tells what it tells on the
    board: number, status, priority, whether it is ready or finalized, its build, what it holds.

    \b
    Examples:
      planner-tui --db plan.db board
      planner-tui board --workflow "Sign in" --filter "status:review"
      planner-tui board --width 60 --ascii > map.txt
    """
    from planner.board import read_board
    from planner.card_details import read_details
    from planner.filtering import narrow
    from planner.naming import find_workflow
    from tui.command_line.card_lists import read_filter

    with where.plan(as_json) as (db, project), db.view():
        chosen = find_workflow(db, project.id, workflow).id if workflow is not None else None
        whole = read_board(db, project)
        lanes: Sequence[Lane] = [lane for lane in whole.lanes if chosen in (None, lane.id)]
        if query is not None:
            wanted = read_filter(query, whole)
            details = None if wanted.is_empty else read_details(db, whole)
            lanes = [_matching(lane) for lane in narrow(lanes, wanted, details)]
    if as_json:
        data = {
            "project": {"id": project.id, "name": project.name},
            "sequence": project.action_sequence,
            "workflows": [_workflow(lane, limit) for lane in lanes],
        }
        answer(data, "", as_json=True)
    elif not lanes:
        say(
            "No card is like that."
            if query is not None
            else "There is no workflow yet: planner-tui workflow add TITLE"
        )
    else:
        cells = width or max(NARROWEST, shutil.get_terminal_size((PIPED, 24)).columns)
        click.echo("\n".join(_drawn(lanes, cells, limit, where.ascii or ascii_)))


def _matching(lane: Lane) -> Lane:
    """Return a workflow without the activities of which a filter shows nothing."""
    from msgspec.structs import replace

    return replace(lane, columns=tuple(column for column in lane.columns if column.shown))


def _drawn(lanes: Sequence[Lane], width: int, limit: int | None, ascii_: bool) -> Iterator[str]:
    """Yield the lines of the map as the terminal shows them; without colours into a pipe."""
    from tui.ascii_signs import in_ascii
    from tui.drawing import Drawing, asked_in, how_to_draw
    from tui.text_map import map_lines, styles_for, written

    on_terminal = sys.stdout.isatty()
    # Into a pipe a title goes as it is, whatever this terminal can show of it.
    drawing = how_to_draw(ascii_ or asked_in(os.environ), os.environ if on_terminal else {})
    styles = styles_for(os.environ) if on_terminal else {}
    for pieces in map_lines(lanes, width, most_cards=limit):
        line = pieces
        if drawing is not Drawing.UNICODE:
            only = drawing is Drawing.ASCII_ONLY
            line = [(in_ascii(text, only), style) for text, style in line]
        yield written(line, styles)


def _workflow(lane: Lane, limit: int | None) -> dict[str, Any]:
    from tui.command_line.card_lists import card_row

    return {
        "id": lane.id,
        "title": lane.title,
        "build_state": lane.build_state,
        "activities": [
            {
                "id": column.id,
                "title": column.title,
                "color": column.color,
                "cards": [card_row(card) for card in column.cards[:limit]],
                "total": column.shown,
            }
            for column in lane.columns
        ],
    }

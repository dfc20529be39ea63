"""Opening the board, from ``planner-tui`` alone or on the sample plan."""

from __future__ import annotations

import os
import sys

import click

from tui.command_line.output import fail, told
from tui.command_line.where import Where, find_project, places, read_config, user, where_option


@click.command()
@where_option
def demo(where: Where) -> None:
    """Open the board on the sample plan, adding it to the database when it isn't there.

    \b
    Example:
      planner-tui --db sample.db demo
    """
    open_board(where, sample=True)


def open_board(where: Where, *, sample: bool = False) -> None:
    """Open the board, on the sample plan when asked to; end with its exit status."""
    import gc

    from tui.drawing import asked_in, how_to_draw

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail("The board needs a terminal. planner-tui --help lists what works without one.")
    # Collecting garbage among what the imports make costs a tenth of the first frame.
    gc.disable()
    # Textual paints on a grid of so many frames a second, and what a key did waits for the next
    # one; nothing of ours moves by itself, so that a finer grid costs no frame more. It looks
    # once, when it is imported.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    config = read_config()
    asked = where.ascii or asked_in(os.environ)
    drawing = how_to_draw(config.ascii if asked is None else asked, os.environ)
    db = where.open(copy=False)
    if sample:
        from planner.sample import load_sample

        with told(), db.connection():
            where.project = load_sample(db).id
    elif where.project is not None:
        with told(), db.connection():
            where.project = find_project(db, where.project).id
    from tui.app import PlannerApp

    app = PlannerApp(
        db,
        actor=user(),
        project=where.project,
        database=where.target(),
        places=places(),
        config=config,
        drawing=drawing,
        supervisors=where.supervisors(),
    )
    try:
        app.run(mouse=config.mouse)
    finally:
        app.finish()
    raise SystemExit(app.return_code or 0)

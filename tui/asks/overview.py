"""What the overview asks of the plan, on the plan's thread."""

from __future__ import annotations

from datetime import timedelta

from planner.overview import Overview, read_overview
from tui.session import Session
from tui.when import last_days, local_day, present

DAYS = 14
"""Days whose changes are told."""


def read_project_overview(session: Session) -> tuple[str, Overview] | None:
    """Read the id and the overview of the project that is open; None when there is none."""
    session.look()  # the board's counts and the queries tell of one moment
    session.complete()
    board = session.board
    if board is None:
        return None
    # A day more than is told: where it begins is up to the reader's clock.
    since = present() - timedelta(days=DAYS + 1)
    overview = read_overview(
        session.db,
        board,
        days=last_days(DAYS),
        day_of=local_day,
        since=f"{since:%Y-%m-%dT%H:%M}",
    )
    return board.project.id, overview

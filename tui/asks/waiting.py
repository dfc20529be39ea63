"""How many runs wait for a person, read whenever the plan may have changed."""

from __future__ import annotations

from planner.describe import clipped
from planner.runs.card_build import WAITING
from planner.runs.reads import count_waiting
from store.records import BuildState, WaitsFor
from tui.session import RunsWait, Session

NEWEST = 50
"""Runs among which the one is looked for that has just begun to wait."""


def read_waiting(session: Session, before: RunsWait | None) -> RunsWait:
    """Count the runs that wait for a person, and say which was the last to begin.

    Args:
        session: The session.
        before: What was counted last.
    """
    project_id = session.project_id
    count = count_waiting(session.db, project_id) if project_id else 0
    same = before is not None and before.project_id == project_id
    if before is not None and same and before.count == count:
        return before
    rose = before is not None and same and count > before.count
    return RunsWait(project_id, count, _last_in_words(session) if rose else "")


def _last_in_words(session: Session) -> str:
    """Say what the run is about that came to a stop last, and why."""
    stopped = [
        run
        for run in session.db.runs(session.project_id, limit=NEWEST)
        if run.status in (BuildState.BLOCKED, BuildState.FAILED) and run.waits_for != WaitsFor.PLACE
    ]
    if not stopped:
        return "A card of a workflow's run waits for you"
    run = max(stopped, key=lambda run: run.updated_at)
    names = {row[0]: row for row in session.db.run_names([run.id])}
    _, number, title = names.get(run.id, (run.id, None, ""))
    name = (f"#{number} " if number is not None else "") + f"“{clipped(title)}”"
    if run.waits_for is not None:
        return f"{name}: {WAITING[run.waits_for]}"
    return f"{name}: {run.status}" + (f": {clipped(run.reason)}" if run.reason else "")

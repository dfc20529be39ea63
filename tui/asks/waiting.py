"""How many runs wait for a person, read whenever the plan may have changed."""

from __future__ import annotations

from typing import Any

from planner.describe import clipped
from planner.runs.card_build import WAITING
from planner.runs.reads import count_waiting
from store.records import BuildState, OrchestrationRun, WaitsFor
from tui.session import RunsWait, Session

_ASKED: dict[str, Any] = {
    "status": BuildState.BLOCKED,
    "waits_for": [WaitsFor.APPROVAL, WaitsFor.DECISION],
}
"""The runs that the approval pane has."""

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
    asked = session.db.count(OrchestrationRun, project_id=project_id, **_ASKED) if count else 0
    if before is not None and same and (before.count, before.asked) == (count, asked):
        return before
    rose = before is not None and same and count > before.count
    news, screen = _last_in_words(session) if rose else ("", "runs")
    return RunsWait(project_id, count, asked, news, screen)


def _last_in_words(session: Session) -> tuple[str, str]:
    """Say what the run is about that came to a stop last, and why; and which screen has it."""
    stopped = [
        run
        for run in session.db.runs(session.project_id, limit=NEWEST)
        if run.status in (BuildState.BLOCKED, BuildState.FAILED) and run.waits_for != WaitsFor.PLACE
    ]
    if not stopped:
        return "A card of a workflow's run waits for you", "runs"
    run = max(stopped, key=lambda run: run.updated_at)
    names = {row[0]: row for row in session.db.run_names([run.id])}
    _, number, title = names.get(run.id, (run.id, None, ""))
    name = (f"#{number} " if number is not None else "") + f"“{clipped(title)}”"
    if run.waits_for is not None:
        screen = "approvals" if run.waits_for in _ASKED["waits_for"] else "runs"
        return f"{name}: {WAITING[run.waits_for]}", screen
    why = f": {clipped(run.reason)}" if run.reason else ""
    return f"{name}: {run.status}{why}", "runs"

"""Which logs a run has: those of its agents' turns, and what its checks printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from store.records import BuildState
from tui.run_rows import RunRow
from tui.widgets.log_pane import LogSource


def sources_of(row: RunRow) -> list[LogSource]:
    """Return the logs of what is selected, oldest first: the agent's turns, then the checks."""
    parts = [row.assignment] if row.assignment is not None else row.run.assignments
    found: list[LogSource] = []
    for part in parts:
        whose = "" if row.assignment is not None else f"#{part.number} " if part.number else ""
        found += [
            LogSource(
                f"turn {turn.id}", f"{whose}turn {turn.turn} {turn.status}", Path(turn.log_path)
            )
            for turn in part.executions
            if turn.log_path
        ]
    checks = row.assignment.checks if row.assignment is not None else row.run.checks
    found += [
        LogSource(
            f"check {check.id}",
            f"{check.check_type} check {check.status}",
            Path(check.log_path),
            "It printed nothing.",
        )
        for check in checks
        if check.log_path
    ]
    return found


def latest_of(row: RunRow, sources: Sequence[LogSource]) -> str | None:
    """Return the key of the last turn's log: of the card that is built, where there are several."""
    turns = [source.key for source in sources if source.key.startswith("turn ")]
    if row.assignment is None:
        for part in row.run.assignments:
            turn = part.execution
            if part.assignment.status is BuildState.RUNNING and turn is not None:
                return f"turn {turn.id}"
    return turns[-1] if turns else None


def why_no_log(row: RunRow) -> str:
    """Say why there is no log of what is selected."""
    return "The agent has not been started yet." if row.run.is_open else "No agent was started."

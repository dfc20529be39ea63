"""Waiting for a run to rest, without keeping anybody from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.command_line.output import say

if TYPE_CHECKING:
    from planner.runs.supervisors import Supervisors
    from store.adapter import DbAdapter
    from store.records import OrchestrationRun

EXIT_WAITS = 3
"""The exit status when a run waits for a person to answer, decide or resolve something."""

EXIT_FAILED = 4
"""The exit status when a run has failed."""

EXIT_CANCELLED = 5
"""The exit status when a run was cancelled."""

LOOK_EVERY = 0.05
"""Seconds between two looks at the database."""

LOOK_AFTER_EVERY = 2.0
"""Seconds between two looks for a supervisor that has died."""


def rests(run: OrchestrationRun) -> bool:
    """Say whether a run goes on only when a person does something, or is over."""
    from planner.runs.states import ENDED
    from store.records import BuildState

    return run.status in ENDED or run.status == BuildState.BLOCKED


def wait_for_rest(
    db: DbAdapter,
    supervisors: Supervisors,
    run_id: str,
    *,
    meanwhile: Callable[[], object] = lambda: None,
) -> OrchestrationRun:
    """Wait until a run rests, and return it as it then is.

    Args:
        db: The open plan.
        supervisors: See to it that the dead are noticed.
        run_id: The run.
        meanwhile: Called with every look at the database, and once more at the end.

    Raises:
        Refused: The run was deleted.
    """
    from planner.errors import Refused
    from planner.runs.reconcile import look_after
    from store.records import OrchestrationRun

    looked = time.monotonic()
    while True:
        run = db.get(OrchestrationRun, run_id)
        if run is None:
            raise Refused("The run was deleted.")
        is_over = rests(run)  # before what it wrote last is read
        meanwhile()
        if is_over:
            return run
        if time.monotonic() - looked > LOOK_AFTER_EVERY:
            look_after(db, supervisors, run.project_id)
            looked = time.monotonic()
        time.sleep(LOOK_EVERY)


def exit_status(run: OrchestrationRun) -> int:
    """Return the exit status of a command that waited for a run.

    0 when it is completed or waits for an approval, 3 when it waits for a person otherwise, 4 when
    it failed, 5 when it was cancelled.
    """
    from store.records import BuildState, WaitsFor

    if run.status == BuildState.BLOCKED:
        return 0 if run.waits_for == WaitsFor.APPROVAL else EXIT_WAITS
    return {BuildState.FAILED: EXIT_FAILED, BuildState.CANCELLED: EXIT_CANCELLED}.get(run.status, 0)


def look_after_runs(db: DbAdapter, supervisors: Supervisors, project_id: str) -> None:
    """Have the states of a project's runs be true, and say what was found otherwise."""
    from planner.runs.reconcile import look_after

    for words in look_after(db, supervisors, project_id):
        say(f"planner-tui: {words}", err=True)

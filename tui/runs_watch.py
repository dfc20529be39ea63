"""A thread that sees to it that no run is left alone: at the board's start, and while any is open.

A supervisor that was killed leaves its run as it was; whoever looks next starts another, which
takes up what still lives and finishes what has ended. The board looks on a thread of its own, so
that neither its first frame nor a key waits for git or for a process to start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from planner.errors import Refused
from store.errors import StoreError
from store.records import OrchestrationRun
from tui.session import RunsFound

if TYPE_CHECKING:
    from planner.runs.supervisors import Supervisors
    from store.adapter import DbAdapter

EVERY = 30.0
"""Seconds between two looks."""


class RunsWatch(threading.Thread):
    """Looks after the runs of every project of a database."""

    def __init__(
        self,
        db: DbAdapter,
        supervisors: Supervisors,
        post: Callable[[RunsFound], object],
        every: float = EVERY,
    ) -> None:
        """Look after runs.

        Args:
            db: The open plan; this thread has a connection of its own.
            supervisors: Start who takes a run up.
            post: Told what was found, from this thread.
            every: Seconds between two looks.
        """
        super().__init__(name="runs", daemon=True)
        self._db = db
        self._supervisors = supervisors
        self._post = post
        self._every = every
        self._ended = threading.Event()

    def finish(self, timeout: float = 5.0) -> None:
        """End, waiting for a look that is under way for so many seconds."""
        self._ended.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        """Look now and then, until told to end."""
        while True:
            try:
                with self._db.connection():
                    found = self._look()
            except (StoreError, Refused):
                found = ()  # whatever kept it from looking is told where it matters; next time
            if found and not self._ended.is_set():
                self._post(RunsFound(found))
            if self._ended.wait(self._every):
                return

    def _look(self) -> tuple[str, ...]:
        if not self._db.count(OrchestrationRun, status=["queued", "running", "blocked"]):
            return ()
        from planner.runs.reconcile import look_after  # much to import, and mostly for nothing

        return look_after(self._db, self._supervisors)

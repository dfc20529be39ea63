"""The plan's thread: the one place where the board touches the database.

Jobs are done in the order they were asked for, so two quick keys can't overtake each
other, and everything asked for before quitting is done before the program ends.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from textual.message_pump import MessagePump

from store.errors import StoreError
from tui.session import Session

Job = Callable[[Session], None]

Found = TypeVar("Found")

LOOK_EVERY = 0.25
"""Seconds between looks for what another program has changed."""

LONGEST_START = 2.0
"""Seconds after which work starts, whether a first frame was seen or not."""


class PlanThread(threading.Thread):
    """Runs a session's jobs, and looks for outside changes while there are none."""

    def __init__(self, session: Session) -> None:
        super().__init__(name="plan", daemon=True)
        self._session = session
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._wanted_card: str | None = None
        self.opened = threading.Event()
        """Set once the session has read what the first frame shows."""
        self.shown = threading.Event()
        """To be set once the first frame is out: nothing else is done until then."""

    def ask(self, job: Job) -> None:
        """Have a job done after those asked for before."""
        self._jobs.put(job)

    def fetch(
        self,
        node: MessagePump,
        read: Callable[[Session], Found],
        then: Callable[[Found], object],
    ) -> None:
        """Have something read or done, and hand what came of it to a screen or widget.

        Args:
            node: Whose turn it is when the answer is there; one that has gone hears nothing.
            read: Runs on the plan's thread. What it can't do is told as ``Failed``.
            then: Takes the answer, on the UI thread.
        """

        def job(session: Session) -> None:
            found = read(session)
            node.call_later(then, found)

        self.ask(job)

    def want_card(self, card_id: str) -> None:
        """Have a card read for the detail pane; only the last one wanted is worth reading."""
        self._wanted_card = card_id
        self.ask(lambda session: self._read_wanted(session, card_id))

    def finish(self, timeout: float = 60.0) -> None:
        """Do what was asked for and end, waiting for it so many seconds."""
        self._jobs.put(None)
        self.shown.set()
        self.join(timeout)

    def run(self) -> None:
        """Work until told to finish."""
        session = self._session
        try:
            with session.db.connection():
                session.run(lambda s: s.open())
                self.opened.set()
                self.shown.wait(LONGEST_START)
                while self._next(session):
                    pass
        except StoreError as error:
            session.run(_raise(error))

    def _next(self, session: Session) -> bool:
        try:
            job = self._jobs.get(timeout=LOOK_EVERY)
        except queue.Empty:
            session.run(lambda s: s.look())
            return True
        if job is None:
            return False
        session.run(job)
        return True

    def _read_wanted(self, session: Session, card_id: str) -> None:
        if card_id == self._wanted_card:
            session.read_card(card_id)


def _raise(error: StoreError) -> Job:
    def job(session: Session) -> None:
        raise error

    return job

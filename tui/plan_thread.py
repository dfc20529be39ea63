"""The plan's thread: the one place where the board touches the database.

Jobs are done in the order they were asked for, so two quick keys can't overtake each
other, and everything asked for before quitting is done before the program ends.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from textual.message_pump import MessagePump

from store.errors import StoreError
from tui.session import Session

Job = Callable[[Session], object]

Found = TypeVar("Found")

LOOK_EVERY = 0.25
"""Seconds between looks for what another program has changed."""

LONGEST_START = 2.0
"""Seconds after which work starts, whether a first frame was seen or not."""


@dataclass(slots=True)
class Doing:
    """What the thread does at the moment; the thread writes it, anyone may look.

    Attributes:
        what: What it is called, such as ``deleting 12 cards``; empty when nobody said.
        since: When it began, on ``time.monotonic``'s clock.
        done: How far it is, of ``total``.
        total: How far it goes; 0 where that isn't known.
    """

    what: str
    since: float = field(default_factory=time.monotonic)
    done: int = 0
    total: int = 0


class PlanThread(threading.Thread):
    """Runs a session's jobs, and looks for outside changes while there are none."""

    def __init__(self, session: Session, rest: Callable[[], None] = lambda: None) -> None:
        """Work on a plan.

        Args:
            session: Does the jobs.
            rest: Called now and then while there are none.
        """
        super().__init__(name="plan", daemon=True)
        self._session = session
        session.progress = self._tell_progress
        self._jobs: queue.SimpleQueue[tuple[Job, str] | None] = queue.SimpleQueue()
        self._asked = self._finished = 0
        self.doing: Doing | None = None
        """What it does at the moment, None while it rests."""
        self.on_asked: Callable[[], object] | None = None
        """Called, where it is asked, whenever something is asked of the thread."""
        self._rest = rest
        self._wanted_card: str | None = None
        self._latest: dict[str, object] = {}
        self.opened = threading.Event()
        """Set once the session has read what the first frame shows."""
        self.shown = threading.Event()
        """To be set once the first frame is out: nothing else is done until then."""

    def ask(self, job: Job, what: str = "") -> None:
        """Have a job done after those asked for before.

        Args:
            job: Runs on the plan's thread.
            what: What to call it where it takes its time, such as ``deleting 12 cards``.
        """
        self._asked += 1
        self._jobs.put((job, what))
        if self.on_asked is not None:
            self.on_asked()

    @property
    def rests(self) -> bool:
        """Whether all that was asked is done."""
        return self._asked == self._finished

    def fetch(
        self,
        node: MessagePump,
        read: Callable[[Session], Found],
        then: Callable[[Found], object],
        what: str = "",
    ) -> None:
        """Have something read or done, and hand what came of it to a screen or widget.

        Args:
            node: Whose turn it is when the answer is there; one that has gone hears nothing.
            read: Runs on the plan's thread. What it can't do is told as ``Failed``.
            then: Takes the answer, on the UI thread.
            what: What to call it where it takes its time.
        """

        def job(session: Session) -> None:
            found = read(session)
            node.call_later(then, found)

        self.ask(job, what)

    def fetch_latest(
        self,
        node: MessagePump,
        name: str,
        read: Callable[[Session], Found],
        then: Callable[[Found], object],
    ) -> None:
        """As ``fetch``; of all that is asked for under one name only the last is answered.

        What waits when something newer is asked for is not even read.
        """
        mine = self._latest[name] = object()

        def answer(found: Found) -> None:
            if self._latest.get(name) is mine:
                then(found)

        def job(session: Session) -> None:
            if self._latest.get(name) is mine:
                found = read(session)
                node.call_later(answer, found)

        self.ask(job)

    def want_card(self, card_id: str) -> None:
        """Have a card read for the detail pane; only the last one wanted is worth reading."""
        self._wanted_card = card_id
        self.ask(lambda session: self._read_wanted(session, card_id))

    def finish(self, timeout: float = 60.0) -> None:
        """Do what was asked for and end, waiting for it so many seconds."""
        self.on_asked = None
        self._jobs.put(None)
        self.shown.set()
        self.join(timeout)

    def run(self) -> None:
        """Work until told to finish."""
        session = self._session
        try:
            with session.db.connection():
                self.doing = Doing("opening the plan")
                session.run(lambda s: s.open())
                self.doing = None
                self.opened.set()
                self.shown.wait(LONGEST_START)
                while self._next(session):
                    pass
        except StoreError as error:
            session.run(_raise(error))

    def _next(self, session: Session) -> bool:
        try:
            asked = self._jobs.get(timeout=LOOK_EVERY)
        except queue.Empty:
            session.run(lambda s: s.look())
            session.run(lambda _: self._rest())
            return True
        if asked is None:
            return False
        job, what = asked
        self.doing = Doing(what)
        session.run(job)
        session.is_unsure = True
        self.doing = None
        self._finished += 1
        return True

    def _tell_progress(self, done: int, total: int) -> None:
        doing = self.doing
        if doing is not None:
            doing.done, doing.total = done, total

    def _read_wanted(self, session: Session, card_id: str) -> None:
        if card_id == self._wanted_card:
            session.read_card(card_id)


def _raise(error: StoreError) -> Job:
    def job(session: Session) -> None:
        raise error

    return job

"""A bar for what takes long, and nothing at all for what doesn't.

The plan's thread says what it does and since when. Something is looked at only while it has
something to do: half a second after it was asked, and then as long as it takes.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tui.plan_thread import Doing, PlanThread
from tui.screens.plan_screen import PlanScreen

if TYPE_CHECKING:
    from tui.app import PlannerApp
    from tui.widgets.status_line import StatusLine

LONG = 0.5
"""Seconds after which something takes long."""

TICK = 0.1
"""Seconds between two pictures of the bar."""


class ProgressWatch:
    """Shows on the status line what the plan's thread has been doing for long."""

    def __init__(self, app: PlannerApp, plan: PlanThread) -> None:
        self._app = app
        self._plan = plan
        self._next: asyncio.TimerHandle | None = None
        self._shown_on: StatusLine | None = None

    def look_soon(self) -> None:
        """Look once something could have taken long. Cheap: it is called with every key."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(LONG, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look(self) -> None:
        self._next = None
        doing = self._plan.doing
        took = time.monotonic() - doing.since if doing is not None else 0.0
        if doing is not None and took >= LONG:
            self._show(doing)
        else:
            self._hide()
        if not self._plan.rests:
            wait = TICK if self._shown_on is not None else LONG - took
            self._next = asyncio.get_running_loop().call_later(wait, self._look)

    def _show(self, doing: Doing) -> None:
        status = self._status()
        if status is not self._shown_on:
            self._hide()
            self._shown_on = status
        if status is not None:
            status.show_progress(_words(doing), doing.done / doing.total if doing.total else None)

    def _hide(self) -> None:
        if self._shown_on is not None and self._shown_on.is_attached:
            self._shown_on.end_progress()
        self._shown_on = None

    def _status(self) -> StatusLine | None:
        """Return the status line that can be seen: dialogs have none and leave it in sight."""
        screens = [s for s in self._app.screen_stack if isinstance(s, PlanScreen)]
        return screens[-1].status if screens else None


def _words(doing: Doing) -> str:
    what = doing.what or "working"
    if doing.total > 1:
        return f"{what} · {doing.done:,} of {doing.total:,}"
    return what

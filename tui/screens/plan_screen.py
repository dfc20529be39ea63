"""What every whole screen on the plan has in common; dialogs are in ``dialog.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.screen import Screen

from tui.keys import key_for, key_now
from tui.plan_thread import PlanThread
from tui.session import BoardRead, Failed, RunsFound, RunsWait, Session
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.app import PlannerApp


class PlanScreen(Screen[None]):
    """A screen with a status line that hears what becomes of the plan while it is open.

    A subclass yields a ``StatusLine`` with the id ``status`` and, where it shows something
    of the plan, reads that again in ``take_board``.
    """

    def __init__(self, plan: PlanThread) -> None:
        """Show something of the plan that ``plan`` works on."""
        super().__init__()
        self._plan = plan

    @property
    def planner_app(self) -> PlannerApp:
        """The app, with all it hands down."""
        return cast("PlannerApp", self.app)

    @property
    def status(self) -> StatusLine:
        """The status line."""
        return self.query_one("#status", StatusLine)

    def on_mount(self) -> None:
        """Begin to hear of the plan."""
        self.planner_app.hear(self)
        if self.planner_app.runs_wait is not None:
            self._show_waiting(self.planner_app.runs_wait)

    def on_unmount(self) -> None:
        """Hear no more."""
        self.planner_app.unhear(self)

    def action_undo(self) -> None:
        """Take back the latest change of the project."""
        self._plan.ask(Session.undo, "undoing")

    def action_redo(self) -> None:
        """Bring back what the latest undo took."""
        self._plan.ask(Session.redo, "redoing")

    def on_board_read(self, message: BoardRead) -> None:
        """Take a new snapshot. Textual calls this for each class, so none overrides it."""
        self.take_board(message)

    def _key(self, binding_id: str, usual: str) -> str:
        """Return the key of a binding, which the config may have given another."""
        return key_now(self.app, binding_id, usual)

    def take_board(self, message: BoardRead) -> None:
        """Say what was done; a subclass shows it."""
        self.announce(message)

    def announce(self, message: BoardRead, *, more: str = "") -> None:
        """Say what was done: on the status line and, where it was more than a step, over the screen.

        Args:
            message: Tells what was done.
            more: What else there is to say of it.
        """
        if message.note is None:
            return
        note, back = message.note + more, ""
        if message.way_back is not None:
            action, words = message.way_back
            key = key_for(self, action)
            back = f"{key} {words}" if key else ""
        self.status.say(f"{note} · {back}" if back else note)
        if message.loud:
            self.toast(note, back)

    def toast(self, text: str, more: str = "", *, failed: bool = False) -> None:
        """Say something over the screen for a while, where this is the one that people look at."""
        from tui.widgets.toast import Toast

        over = [screen for screen in self.app.screen_stack if isinstance(screen, PlanScreen)]
        if over[-1:] != [self] or not self.planner_app.config.toasts:
            return
        found = self.query(Toast)
        if found:
            found.first().say(text, more, failed=failed)
        else:
            self.mount(Toast(text, more, failed=failed))

    @property
    def toast_bottom(self) -> int:
        """The line below the last one that what stands over the screen may cover."""
        return self.status.region.y

    def on_runs_wait(self, message: RunsWait) -> None:
        """Show how many runs wait for a person; say so when there are more than before."""
        self._show_waiting(message)
        if message.news:
            key = self.key_to(message.news_on)
            self.toast(message.news, f"{key} shows it" if key else "")

    def on_runs_found(self, message: RunsFound) -> None:
        """Say what had become of runs that nobody saw to, and that they are seen to again."""
        first, *others = message.words
        more = f" And {len(others):,} more like it." if others else ""
        key = self.key_to("runs")
        self.status.say(f"{first}{more}")
        self.toast(f"{first}{more}", f"{key} shows the runs" if key else "")

    def key_to(self, screen: str) -> str:
        """Return the key that leads from here to the ``runs`` or the ``approvals``, if any does."""
        return ""

    def _show_waiting(self, waiting: RunsWait) -> None:
        for line in self.query("#status").results(StatusLine):
            line.show_waiting(waiting.count, self.key_to(waiting.screen))

    @on(StatusLine.WaitingClicked)
    def _on_waiting_clicked(self) -> None:
        waiting = self.planner_app.runs_wait
        self.planner_app.to_screen(waiting.screen if waiting is not None else "runs")

    @on(events.Resize)
    def _on_resized(self) -> None:
        from tui.widgets.toast import Toast

        for toast in self.query(Toast):
            self.call_after_refresh(toast.follow)

    def on_failed(self, message: Failed) -> None:
        """Say what could not be done."""
        self.status.say(message.reason, failed=True)
        if not self.status.shows_all:
            self.toast(message.reason, failed=True)
        if self.is_current:
            self.app.bell()

"""Keys in the order they were typed, whatever opens in between.

Textual sends a key to what has the focus when it arrives. A burst (typed ahead, pasted, or
held up by a slow line) is so shared out between the map and the input that its first key
opens, in the wrong order. While something opens, the gate keeps keys back; then it lets them
through as if they had been typed just now.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import events
from textual.app import App
from textual.widget import Widget

TRY_EVERY, TRIES = 0.01, 100
"""Seconds between looks whether what was opened is there, and how many there are at most."""


class KeyGate(App[None]):
    """An app that can keep keys back for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[events.Key] | None = None
        self._untils: list[Callable[[], bool]] = []

    @property
    def keeps_keys(self) -> bool:
        """Whether keys are being kept back."""
        return self._kept is not None

    def keep_keys(
        self,
        source: Widget,
        until: Callable[[], bool],
        then: Callable[[], object] | None = None,
    ) -> None:
        """Keep keys back until ``until`` holds, and all that keys are kept back for already.

        It is a second at most.

        Args:
            source: Has the focus so far, so that earlier keys may still be on their way to it.
            until: Whether what was opened can take keys.
            then: Called once they were let through, for a source that stayed for this alone.
        """
        self._untils.append(until)
        if self._kept is None:
            self._kept = []
            self._look(source, TRIES, then)
        elif then is not None:
            source.call_later(then)

    def keep_key(self, event: events.Key) -> None:
        """Keep back a key that had got through before the gate was closed."""
        if self._kept is not None:
            kept = event.copy()
            kept.time = event.time
            self._kept.append(kept)

    async def on_event(self, event: events.Event) -> None:
        """Keep a key back while the gate is closed; pass on everything else."""
        if self._kept is not None and isinstance(event, events.Key) and not event.is_forwarded:
            self._kept.append(event)
        else:
            await super().on_event(event)

    def _look(
        self,
        source: Widget,
        tries: int,
        then: Callable[[], object] | None,
    ) -> None:
        if tries and not all(until() for until in self._untils):
            self.set_timer(TRY_EVERY, partial(self._look, source, tries - 1, then))
        elif not source.call_later(self._let_through, source, tries, then):
            # Behind the keys that are on their way to the source already; one that has gone
            # gets none any more.
            self.call_later(self._let_through, source, tries, then)

    async def _let_through(
        self, source: Widget, tries: int, then: Callable[[], object] | None
    ) -> None:
        if tries and not all(until() for until in self._untils):
            # There is something more to wait for by now.
            self._look(source, tries, then)
            return
        kept, self._kept = sorted(self._kept or (), key=lambda event: event.time), None
        self._untils.clear()
        for event in kept:
            await self.on_event(event)
        if then is not None:
            then()


async def do_at_once(widget: Widget, event: events.Key, *, letters: bool = True) -> bool:
    """Do what a key is bound to before the next one is looked at; say whether that was done.

    A key that bubbles is done after the letters that follow it. One that comes while the
    gate is closed is kept back, and so are those behind one that moves the focus. Where
    ``letters`` are typed, they are bound to nothing.
    """
    gate = widget.app if isinstance(widget.app, KeyGate) else None
    if gate is not None and gate.keeps_keys:
        gate.keep_key(event)
    else:
        bound = letters or not event.is_printable
        active = widget.screen.active_bindings.get(event.key) if bound else None
        if active is None or not active.enabled:
            return False
        await widget.app.run_action(active.binding.action, active.node)
    event.stop()
    event.prevent_default()
    pass_on(widget)
    return True


def pass_on(widget: Widget) -> None:
    """Keep keys back until something else has the focus, where a widget has lost it."""
    app = widget.app
    if not isinstance(app, KeyGate):
        return
    if not (widget.is_attached and widget.screen.is_active and widget.screen.focused is widget):
        app.keep_keys(widget, lambda: app.screen.focused not in (None, widget))

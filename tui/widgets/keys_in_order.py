"""Keys done one by one, by a view that opens inputs and dialogs."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widget import Widget

from tui.key_gate import KeyGate


class KeysInOrder(Widget):
    """The part of a view that takes keys: each is done before the next is looked at."""

    typing_into: Widget | None = None
    """Gets the keys in place of the view, from the moment it is made."""

    async def on_key(self, event: events.Key) -> None:
        """Do what a key is bound to before looking at the next one.

        Left to itself, a burst of keys (typed ahead, or held up by a slow line) would all be
        looked up before the first has opened an input or a dialog, and the letters of a title
        would run as commands.
        """
        event.stop()
        event.prevent_default()
        if not self._has_keys:
            self.wait_for_opening()
        if self._gate.keeps_keys:
            self._gate.keep_key(event)
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
            if not self._has_keys:
                self.wait_for_opening()

    def wait_for_opening(self) -> None:
        """Keep keys back until what was opened, or is about to be, has the focus."""
        self._gate.keep_keys(self, lambda: self.app.screen.focused not in (None, self))

    def keep_keys(self, until: Callable[[], bool]) -> None:
        """Keep keys back until something holds."""
        self._gate.keep_keys(self, until)

    @property
    def _gate(self) -> KeyGate:
        assert isinstance(self.app, KeyGate)  # noqa: S101  (narrows for the type checker)
        return self.app

    @property
    def _has_keys(self) -> bool:
        """Whether keys are meant for the view by now, rather than for what was opened."""
        focused = self.screen.focused
        return self.screen.is_active and self.typing_into is None and focused in (None, self)

"""Typing a title in place, right where it stands on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets import Input

LEAST_WIDTH, LINES = 24, 3
"""Cells and lines it takes at least."""


class TitleInput(Input):
    """An input laid over the map; ``enter`` hands the title on, ``escape`` lets it be."""

    DEFAULT_CSS = """
    TitleInput {
        layer: above;
        position: absolute;
        height: 3;
        border: tall $accent;
        background: $surface;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Save", id="title.save", tooltip="Take this title"),
        Binding("escape,tab", "let_be", "Cancel", id="title.cancel", tooltip="Leave it as it was"),
    ]

    def __init__(
        self,
        where: Callable[[], Region],
        value: str,
        placeholder: str,
        done: Callable[[str | None], None],
    ) -> None:
        """Type over a region of the screen.

        Args:
            where: Gives the region, which is another once the screen has another size.
            value: The title to begin with.
            placeholder: What to show while there is none.
            done: Takes the title, or None when it is let be.
        """
        super().__init__(value, placeholder=placeholder, select_on_focus=False)
        self._done: Callable[[str | None], None] | None = done
        self._where = where

    def on_mount(self) -> None:
        """Take the keys."""
        self.follow()
        self.focus()

    def follow(self) -> None:
        """Stand where the title does, as far as the screen has room."""
        screen = self.screen.size
        try:
            region = self._where()
        except IndexError:
            region = self.region  # what it stood on has gone meanwhile
        width = max(LEAST_WIDTH, min(region.width, screen.width))
        x = max(0, min(region.x, screen.width - width))
        y = max(0, min(region.y, screen.height - LINES))
        self.styles.offset = (x, y)
        self.styles.width = width

    async def on_key(self, event: events.Key) -> None:
        """Do what a key is bound to at once: a bubbling one would come after the next letters."""
        if self._done is None:
            # Typed after the title was done, and on its way here already: lost, never a command.
            event.stop()
            event.prevent_default()
            return
        active = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self:
            event.stop()
            event.prevent_default()
            await self.app.run_action(active.binding.action, self)

    def action_let_be(self) -> None:
        """Leave the title as it was."""
        self._finish(None)

    async def action_submit(self) -> None:
        """Hand the title on, blanks around it left out; a blank one leaves it as it was."""
        self._finish(self.value.strip() or None)

    def on_blur(self, event: events.Blur) -> None:
        """Going elsewhere leaves it as it was; a look at another window doesn't."""
        if self.app.app_focus and self.screen.focused is not self:
            self._finish(None)

    def _finish(self, value: str | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(value)  # gives the focus back, so that removing this gives it to nothing else
            self.remove()

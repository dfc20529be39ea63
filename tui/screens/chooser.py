"""Choosing one of many: type to narrow, enter to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.text import wrap
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList, QueryLine

_WIDTH = 68
_TITLE_LINES = 2

AROUND = 9
"""Lines of a screen that a chooser's list leaves to what is around it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, and whether it is to be the first there."""

    id: str
    first: bool = False


class Chooser(Dialog[Chosen | None]):
    """Offers picks; None when the person chooses none."""

    CSS_PATH: ClassVar = ["dialog.tcss", "chooser.tcss"]
    AUTO_FOCUS = "PickList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="chooser.cancel", tooltip="Leave all as it was"),
    ]

    def __init__(
        self,
        title: str,
        picks: Sequence[Pick],
        *,
        yes: str = "Choose",
        swatches: Mapping[str, Style] | None = None,
    ) -> None:
        """Offer picks.

        Args:
            title: What is to be chosen.
            picks: What there is to choose from.
            yes: What choosing is called.
            swatches: The colours that stand before picks, by name.
        """
        super().__init__()
        self._swatches = swatches
        self._title_text = title
        self._picks = list(picks)
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Lay the list below what is typed."""
        with Vertical(classes="dialog"):
            title = "\n".join(wrap(self._title_text, _WIDTH, _TITLE_LINES))
            yield Static(Content(title), classes="dialog-title")
            yield QueryLine()
            yield PickList(self._picks, types=True, swatches=self._swatches)
            yield KeyLine(words={"list.open": self._yes})

    @property
    def picks(self) -> PickList:
        """The list."""
        return self.query_one(PickList)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as high as there is room for, however much of it is left."""
        self.fit(event.size.height)

    def fit(self, height: int) -> None:
        """Give the list its height on a screen of so many lines."""
        room = max(1, height - AROUND)
        lines = sum(1 + len(pick.notes) for pick in self._picks)
        self.picks.styles.height = max(1, min(lines, room))

    @on(PickList.Narrowed)
    def _on_narrowed(self, message: PickList.Narrowed) -> None:
        self.query_one(QueryLine).show(message.pick_list)

    @on(PickList.Chosen)
    def _on_chosen(self) -> None:
        self.take(first=False)

    def take(self, *, first: bool) -> None:
        """Close with what is highlighted; with nothing in the list there is nothing to take."""
        pick = self.picks.selected
        if pick is None:
            self.app.bell()
        else:
            self.finish(Chosen(pick.id, first))

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self.finish(None)

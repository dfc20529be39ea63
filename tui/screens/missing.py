"""What is missing before something can be built: each with what to do, and a way there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from planner.runs.gate import Missing
from tui.key_gate import KeyGate
from tui.plan_thread import PlanThread
from tui.screens.chooser import AROUND
from tui.screens.dialog import Dialog
from tui.session import Session
from tui.text import wrap
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList

_WIDTH = 68
_LINES = 3
_REMEDIES = {
    "card": "{key} goes to it; f there finalizes it, or says what it lacks.",
    "run": "{key} shows the run.",
    "repository": "{key} connects one: a folder or a URL, and its branch.",
    "checks": "{key} opens the policy: choose checks, and give each its command.",
    "agent": "{key} chooses one.",
}
NOTHING = "Nothing is missing any more."


@dataclass(frozen=True, slots=True)
class SeeTo:
    """Something missing is to be seen to; None builds again, now that nothing is."""

    missing: Missing | None


class MissingList(Dialog[SeeTo | None]):
    """Lists what is missing. It stays below the screens where that is seen to, and looks again."""

    CSS_PATH: ClassVar = ["dialog.tcss", "missing.tcss"]
    AUTO_FOCUS = "PickList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,B", "build", "Build", id="missing.build", tooltip="Build: nothing is missing"),
        Binding("escape", "close", "Close", id="missing.close", tooltip="Leave it for now"),
    ]

    def __init__(
        self,
        plan: PlanThread,
        title: str,
        missing: Sequence[Missing],
        *,
        read: Callable[[Session], Sequence[Missing]],
        see_to: Callable[[MissingList, Missing], bool],
    ) -> None:
        """List what is missing.

        Args:
            plan: Where it is looked at again.
            title: What can't be built.
            missing: What it lacks.
            read: Looks what is missing by now.
            see_to: Opens what something can be seen to with, over this list; False where that is
                not over it, and the list is to close.
        """
        super().__init__()
        self._plan = plan
        self._title_text = title
        self._missing = list(missing)
        self._read = read
        self._see_to = see_to

    def compose(self) -> ComposeResult:
        """Lay what is missing in a list."""
        with Vertical(classes="dialog"):
            title = "\n".join(wrap(self._title_text, _WIDTH, _LINES))
            yield Static(Content(title), classes="dialog-title")
            yield PickList()
            yield KeyLine(words={"list.open": "See to it"})

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as high as there is room for."""
        self._fit(event.size.height)

    def on_screen_resume(self) -> None:
        """Look again, once something was seen to."""
        self._plan.fetch_latest(self, "missing", self._read, self._take)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the key that builds while something is missing."""
        return not self._missing if action == "build" else True

    def _take(self, missing: Sequence[Missing]) -> None:
        self._missing = list(missing)
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        width = max(20, min(_WIDTH, self.app.size.width - 10))
        picks = []
        for number, one in enumerate(self._missing):
            first, *rest = wrap(one.words, width, _LINES)
            remedy = _REMEDIES[one.place].format(key="enter")
            picks.append(Pick(str(number), first, notes=(*rest, *wrap(remedy, width - 2, 2))))
        self.query_one(PickList).offer(picks, empty_note=f"{NOTHING} b builds it.")
        self._fit(self.app.size.height)

    def _fit(self, height: int) -> None:
        picks = self.query_one(PickList)
        lines = sum(1 + len(pick.notes) for pick in picks.all)
        picks.styles.height = max(1, min(lines, height - AROUND))

    @on(PickList.Chosen)
    def _on_chosen(self) -> None:
        picks = self.query_one(PickList)
        key = picks.selected_key
        if key is None:
            return
        if not self._see_to(self, self._missing[int(key)]):
            self.finish(SeeTo(self._missing[int(key)]))
        elif isinstance(self.app, KeyGate):
            # What is typed already is for what opens.
            self.app.keep_keys(picks, lambda: self.app.screen is not self)

    def action_build(self) -> None:
        """Build: nothing is missing any more."""
        self.finish(SeeTo(None))

    def action_close(self) -> None:
        """Leave it for now."""
        self.finish(None)

"""The saved filters: to go by one, to rename it, to throw it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.asks.filters import Matches, count_matches
from tui.plan_thread import PlanThread
from tui.remembered import Remembered
from tui.screens.chooser import AROUND
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.widgets.key_line import KeyLine
from tui.widgets.pick_list import Pick, PickList

NONE = "No filter is saved yet: ctrl+s saves the one that is typed after /."
"""What is said when there is none."""


class SavedFilters(Dialog[str | None]):
    """Lists the saved filters with how many cards each shows now; the result is the one to use."""

    CSS_PATH: ClassVar = ["dialog.tcss", "saved_filters.tcss"]
    AUTO_FOCUS = "PickList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "rename", "Rename", id="filters.rename", tooltip="Give it another name"),
        Binding("d,delete", "delete", "Delete", id="filters.delete", tooltip="Forget this filter"),
        Binding(
            "u", "undo", "Undo", id="filters.undo", tooltip="Bring back what was deleted just now"
        ),
        Binding("escape", "close", "Close", id="filters.close", tooltip="Leave all as it was"),
    ]

    def __init__(self, remembered: Remembered, plan: PlanThread, current: str) -> None:
        """List what is saved.

        Args:
            remembered: Keeps the filters.
            plan: Knows how many cards each shows.
            current: The filter that is on; empty when none is.
        """
        super().__init__()
        self._remembered = remembered
        self._plan = plan
        self._current = current
        self._matches: dict[str, Matches] = {}
        self._deleted: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """Lay the filters in a list."""
        with Vertical(classes="dialog"):
            yield Static("Saved filters", classes="dialog-title", markup=False)
            yield PickList()
            yield KeyLine(words={"list.open": "Filter"})

    def on_mount(self) -> None:
        """Show what is saved, and have it counted."""
        self._show()
        queries = list(dict.fromkeys(self._remembered.saved_filters.values()))

        def counted(found: list[Matches]) -> None:
            self._matches = dict(zip(queries, found, strict=False))
            self._show()

        if queries:
            self._plan.fetch(
                self, lambda session: count_matches(session, queries), counted, "counting cards"
            )

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as high as there is room for."""
        self._fit(event.size.height)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that have nothing to work on."""
        if action == "undo":
            return bool(self._deleted)
        return action not in ("rename", "delete") or bool(self._remembered.saved_filters)

    @on(PickList.Chosen)
    def _on_chosen(self) -> None:
        name = self._selected
        if name is not None:
            self.finish(self._remembered.saved_filters[name])

    def action_rename(self) -> None:
        """Give the selected filter another name."""
        from tui.screens.ask_text import AskText

        name = self._selected
        if name is None:
            return
        query = self._remembered.saved_filters[name]

        def taken(new: str) -> str | None:
            there = new != name and new in self._remembered.saved_filters
            return "There is a filter of this name already." if there else None

        def named(new: str | None) -> None:
            if new is not None and new != name:
                self._remembered.forget_filter(name)
                self._remembered.save_filter(new, query)
                self._show(new)

        self.app.push_screen(AskText("Rename the filter", value=name, refuse=taken), named)

    def action_delete(self) -> None:
        """Forget the selected filter; the next one is selected."""
        name = self._selected
        if name is not None:
            self._deleted.append((name, self._remembered.saved_filters[name]))
            self._remembered.forget_filter(name)
            self._show()

    def action_undo(self) -> None:
        """Save the filter again that was deleted last."""
        if self._deleted:
            name, query = self._deleted.pop()
            self._remembered.save_filter(name, query)
            self._show(name)

    def action_close(self) -> None:
        """Leave all as it was."""
        self.finish(None)

    @property
    def _selected(self) -> str | None:
        name = self.query_one(PickList).selected_key
        return name if name in self._remembered.saved_filters else None

    def _show(self, select: str | None = None) -> None:
        picks = [self._pick(*saved) for saved in self._remembered.saved_filters.items()]
        self.query_one(PickList).offer(picks, select=select, empty_note=NONE)
        self._fit(self.size.height)
        self.refresh_bindings()

    def _pick(self, name: str, query: str) -> Pick:
        found = self._matches.get(query)
        notes = [query, *([f"✗ {found.left_out}"] if found is not None and found.left_out else [])]
        count = "…" if found is None else f"{found.cards:,} card{'' if found.cards == 1 else 's'}"
        return Pick(name, name, count, tuple(notes), here=query == self._current)

    def _fit(self, height: int) -> None:
        lines = sum(1 + len(pick.notes) for pick in self.query_one(PickList).all)
        room = max(1, height - AROUND)
        self.query_one(PickList).styles.height = max(1, min(lines, room))


def save_filter(
    screen: Screen[Any], remembered: Remembered, query: str, saved: Callable[[str], object]
) -> None:
    """Ask what to call a filter, and keep it by that name.

    Args:
        screen: Where to ask.
        remembered: Keeps it.
        query: The filter.
        saved: Told the name.
    """
    from tui.screens.ask_text import AskText

    known = [name for name, kept in remembered.saved_filters.items() if kept == query]

    def keep(name: str) -> None:
        remembered.save_filter(name, query)
        saved(name)

    def named(name: str | None) -> None:
        if name is None:
            return
        before = remembered.saved_filters.get(name, query)
        if before == query:
            keep(name)
            return
        screen.app.push_screen(
            Confirm(
                f"Replace the filter “{name}”?",
                [f"It is: {before}", f"It would be: {query}"],
                yes="Replace",
            ),
            lambda yes: keep(name) if yes else None,
        )

    ask = AskText("Save the filter", value=known[-1] if known else "", placeholder="its name")
    screen.app.push_screen(ask, named)

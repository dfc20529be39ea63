"""Every key, searchable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui.keys import HelpRow
from tui.screens.dialog import Dialog
from tui.text import clip, visible, wrap
from tui.widgets.key_line import KeyLine

_MOST_KEY_CELLS = 12
_LEAST_KEY_CELLS = 6
_MOST_DESCRIPTION_CELLS = 22
_LEAST_TOOLTIP_CELLS = 24
_TOOLTIP_LINES = 4


class _Search(Input):
    """An input that leaves ``?`` to the screen."""

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Return whether a key is typed here."""
        return key != "question_mark" and super().check_consume_key(key, character)


class Help(Dialog[None]):
    """The keys in groups; typing narrows them, the arrows scroll."""

    CSS_PATH: ClassVar = ["dialog.tcss", "help.tcss"]
    AUTO_FOCUS = "Input"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,question_mark,f1",
            "close",
            "Close",
            id="help_screen.close",
            tooltip="Back to where you were",
            priority=True,
        ),
        Binding(
            "up",
            "move(-1)",
            "Up",
            id="help_screen.up",
            tooltip="Show what is above",
            priority=True,
        ),
        Binding(
            "down",
            "move(1)",
            "Down",
            id="help_screen.down",
            tooltip="Show what is below",
            priority=True,
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Page up",
            id="help_screen.page_up",
            tooltip="Show the page above",
            priority=True,
        ),
        Binding(
            "pagedown",
            "page(1)",
            "Page down",
            id="help_screen.page_down",
            tooltip="Show the page below",
            priority=True,
        ),
    ]

    def __init__(self, groups: Mapping[str, Sequence[HelpRow]]) -> None:
        """Show keys.

        Args:
            groups: Rows by the group they are in, such as ``tui.keys.help_groups`` gives.
        """
        super().__init__()
        self._groups = {group: list(rows) for group, rows in groups.items()}
        self._words: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay the keys below the search."""
        with Vertical(classes="dialog"):
            yield _Search(placeholder="Type to narrow the keys", select_on_focus=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="rows", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Show all of them."""
        self._show("")

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        query = visible(event.value)
        if query != event.value:
            event.input.value = query
            return
        self._show(query)

    def on_resize(self) -> None:
        """Fold what keys do at the new width."""
        self.call_after_refresh(self._fold)

    def _show(self, query: str) -> None:
        """Show the rows that hold every word of a query."""
        self._words = query.casefold().split()
        self._fold()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _fold(self) -> None:
        """Draw the rows that are shown for the width there is."""
        found = {
            group: [row for row in rows if _holds(group, row, self._words)]
            for group, rows in self._groups.items()
        }
        parts: list[str | tuple[str, str]] = []
        key, named = self._key_cells(), self._description_cells()
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        for group, rows in found.items():
            if not rows:
                continue
            parts.append((f"{visible(group)}\n", "bold $text-primary"))
            for row in rows:
                parts.extend(_drawn(row, key, named, width))
            parts.append("\n")
        if not parts:
            parts.append(("No key does that.", "dim"))
        self.query_one("#rows", Static).update(Content.assemble(*parts).rstrip())

    def _key_cells(self) -> int:
        longest = (cell_len(visible(row.keys)) for rows in self._groups.values() for row in rows)
        return min(_MOST_KEY_CELLS, max(longest, default=_LEAST_KEY_CELLS))

    def _description_cells(self) -> int:
        rows = (row for group in self._groups.values() for row in group)
        longest = (cell_len(visible(row.description)) for row in rows)
        return min(_MOST_DESCRIPTION_CELLS, max(longest, default=0))

    def action_close(self) -> None:
        """Go back."""
        self.finish(None)

    def action_move(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        rows = self.query_one(VerticalScroll)
        rows.scroll_relative(y=by * max(1, rows.size.height - 1), animate=False)


def _holds(group: str, row: HelpRow, words: Sequence[str]) -> bool:
    text = f"{group} {row.keys} {row.description} {row.tooltip}".casefold()
    return all(word in text for word in words)


def _drawn(
    row: HelpRow, key_cells: int, description_cells: int, width: int
) -> list[str | tuple[str, str]]:
    """Return a row of the table: its last column folded, below the others where it is narrow."""
    keys = set_cell_size(clip(row.keys, key_cells), key_cells)
    description = visible(row.description)
    drawn: list[str | tuple[str, str]] = ["  ", (keys, "bold $text-accent"), "  "]
    tooltip = "" if row.tooltip == row.description else row.tooltip
    if not tooltip:
        return [*drawn, f"{description}\n"]
    before = 2 + key_cells + 2 + description_cells + 2
    if width - before < _LEAST_TOOLTIP_CELLS:
        before = 4 + key_cells
        lines = wrap(tooltip, max(8, width - before), _TOOLTIP_LINES)
        return [*drawn, description, *((f"\n{' ' * before}{line}", "dim") for line in lines), "\n"]
    first, *others = wrap(tooltip, width - before, _TOOLTIP_LINES) or [""]
    drawn += [set_cell_size(clip(description, description_cells), description_cells), "  "]
    return [*drawn, (first, "dim"), *((f"\n{' ' * before}{more}", "dim") for more in others), "\n"]

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
from tui.text import clip, visible
from tui.widgets.key_line import KeyLine

_MOST_KEY_CELLS = 12
_LEAST_KEY_CELLS = 6
_MOST_DESCRIPTION_CELLS = 22


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
            "escape,question_mark",
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

    def _show(self, query: str) -> None:
        """Show the rows that hold every word of a query."""
        words = query.casefold().split()
        found = {
            group: [row for row in rows if _holds(group, row, words)]
            for group, rows in self._groups.items()
        }
        parts: list[str | tuple[str, str]] = []
        width, named = self._key_cells(), self._description_cells()
        for group, rows in found.items():
            if not rows:
                continue
            parts.append((f"{visible(group)}\n", "bold $text-primary"))
            for row in rows:
                parts.extend(_drawn(row, width, named))
            parts.append("\n")
        if not parts:
            parts.append(("No key does that.", "dim"))
        self.query_one("#rows", Static).update(Content.assemble(*parts).rstrip())
        self.query_one(VerticalScroll).scroll_home(animate=False)

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


def _drawn(row: HelpRow, key_cells: int, description_cells: int) -> list[str | tuple[str, str]]:
    """Return a row of the table."""
    keys = set_cell_size(clip(row.keys, key_cells), key_cells)
    tooltip = "" if row.tooltip == row.description else visible(row.tooltip)
    description = visible(row.description)
    if tooltip:
        description = set_cell_size(clip(description, description_cells), description_cells)
    return ["  ", (keys, "bold $text-accent"), f"  {description}", (f"  {tooltip}\n", "dim")]

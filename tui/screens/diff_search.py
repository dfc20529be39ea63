"""Searching in a diff: in all its files, in the order of the tree."""

from __future__ import annotations

from textual import on

from tui.screens.diff_base import DiffBase
from tui.widgets.filter_line import FilterLine


class DiffSearch(DiffBase):
    """The part of the diff screen that searches."""

    _matches: tuple[tuple[int, int], ...] = ()
    """Where the text stands: the file's place in the order of the tree, and the line's index."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rest the keys that do something while a text is typed."""
        return not isinstance(self.focused, FilterLine) or action == "other_pane"

    def action_search(self) -> None:
        """Type what to search for."""
        self.query_one(FilterLine).open()

    @on(FilterLine.Changed)
    def _on_query(self, message: FilterLine.Changed) -> None:
        needle = message.query
        self.lines.seek(needle)
        self._matches = self._find(needle) if needle else ()
        if not needle:
            self._say("")
        elif self._matches:
            self._go(self._here(), inclusive=True, by=1)
        else:
            self._say("no line holds it")

    @on(FilterLine.Done)
    def _on_query_done(self) -> None:
        self.remove_class("-tree")
        self.set_focus(self.lines)

    def go_match(self, by: int) -> None:
        """Go to the next place where the text stands, or to the one before."""
        if self._matches:
            self._go(self._here(), inclusive=False, by=by)
        else:
            self._say("no line holds it")

    def search_again(self) -> None:
        """Find anew what is searched for: lines have come or gone."""
        if self.lines.needle:
            self._matches = self._find(self.lines.needle)

    def end_search(self) -> bool:
        """Search for nothing any more; say whether something was searched for."""
        line = self.query_one(FilterLine)
        if not line.is_open:
            return False
        line.action_clear()
        return True

    def _find(self, needle: str) -> tuple[tuple[int, int], ...]:
        wanted = needle.lower()
        return tuple(
            (place, index)
            for place, number in enumerate(self.file_tree.order)
            for index, line in enumerate(self.text_of(number).lines)
            if line.kind != "hunk" and wanted in line.text.lower()
        )

    def _here(self) -> tuple[int, int]:
        return (self.file_tree.order.index(self.number), self.lines.line)

    def _go(self, here: tuple[int, int], *, inclusive: bool, by: int) -> None:
        if by > 0:
            after = [m for m in self._matches if m > here or (inclusive and m == here)]
            place, index = after[0] if after else self._matches[0]
        else:
            before = [m for m in self._matches if m < here]
            place, index = before[-1] if before else self._matches[-1]
        number = self.file_tree.order[place]
        if number != self.number:
            self.show_file(number)
        self.lines.select_line(index)
        at = self._matches.index((place, index)) + 1
        self._say(f"{at:,} of {len(self._matches):,}")

    def _say(self, words: str) -> None:
        self.query_one(FilterLine).show_count(words)

"""The line above a diff: which file of how many, what became of it, how it stands to the plan."""

from __future__ import annotations

from textual.strip import Strip

from planner.runs.diffs import DiffFile
from tui.glyphs import FILE_MARK
from tui.spans import Span, clip_spans, width_of
from tui.widgets.line_view import LineView


class DiffHead(LineView):
    """One line about the file that is shown."""

    DEFAULT_CSS = """
    DiffHead { height: 1; background: $panel; scrollbar-size: 0 0; overflow-y: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self._left: list[Span] = []
        self._right: list[Span] = []

    @property
    def said(self) -> str:
        """What it says."""
        return "".join(text for text, _ in (*self._left, (" ", ""), *self._right))

    def say(self, words: str) -> None:
        """Say something where there is no file."""
        self._left, self._right = [(words, "faint")], []
        self.refresh()

    def show(self, file: DiffFile, place: str, standing: str) -> None:
        """Tell of a file.

        Args:
            file: The file.
            place: Which of how many: ``2/7``.
            standing: How it stands to plan and policy: a key of ``FILE_MARK``.
        """
        left: list[Span] = [(f"{place} ", "faint"), (file.path, "strong")]
        if file.old_path is not None and file.old_path != file.path:
            left.append((f" ← {file.old_path}", "faint"))
        right: list[Span] = [(str(file.change), "accent"), (" ", "text")]
        if file.added:
            right.append((f"+{file.added:,} ", "plus"))
        if file.removed:
            right.append((f"-{file.removed:,} ", "minus"))
        if standing:
            sign, style, words = FILE_MARK[standing]
            right.append((f"{sign} {words}", style))
        self._left, self._right = left, right
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        right = clip_spans(self._right, max(0, width // 2))
        left = clip_spans(self._left, max(0, width - width_of(right) - 3))
        gap = max(1, width - 2 - width_of(left) - width_of(right))
        return self.painted([(" ", "text"), *left, (" " * gap, "text"), *right], width)

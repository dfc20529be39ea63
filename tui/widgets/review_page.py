"""The page about a decision: lines to go through, some of which open."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from planner.runs.decisions import Looked, Review
from tui.review_page import PageLine, page_lines
from tui.spans import Span, Spans, wrap_spans
from tui.widgets.row_list import RowList

_MOST = 40


class ReviewPage(RowList[PageLine], inherit_bindings=True):
    """Shows all that is known of a decision, folded to its width."""

    DEFAULT_CSS = """
    ReviewPage { background: $panel; padding: 0 1 0 0; }
    ReviewPage > .line--selected { background: $primary-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "fold",
            "Fold",
            id="page.fold",
            tooltip="Show or hide the end of what the check printed; enter opens all of it",
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(_drawn, lambda line: line.key, id=id)
        self._review: Review | None = None
        self._looked: Looked | str | None = None
        self._said: list[Span] = []
        self._unfolded: frozenset[str] = frozenset()

    def show_review(self, review: Review, looked: Looked | str | None) -> None:
        """Show what is known of a decision.

        Args:
            review: What the database knows.
            looked: What git has told; in words why it can't; None while it has not told yet.
        """
        was = self._review.decision if self._review is not None else None
        now = review.decision
        is_other = was is None or (was.id, was.state) != (now.id, now.state)
        self._review, self._looked = review, looked
        self._fold_lines()
        if is_other:
            self.action_first()

    def say(self, words: list[Span]) -> None:
        """Say something in place of a decision."""
        self._review, self._said = None, words
        self._fold_lines()

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join("".join(text for text, _ in line.spans) for line in self.rows)

    def toggle(self, check_id: str) -> None:
        """Show or hide the end of what a check printed."""
        self._unfolded ^= {check_id}
        self._fold_lines()
        self.select(f"checks:{check_id}")

    def action_fold(self) -> None:
        """Show or hide what the selected check printed; page on where it is no check."""
        line = self.selected
        if line is not None and line.deed in ("check", "output"):
            self.toggle(line.target)
        else:
            self.action_page(1)

    def action_page(self, by: int) -> None:
        """Show the page above or below, the selection along with it."""
        if self.index < 0:
            return
        height = max(1, self.size.height - 1)
        wanted = max(0, min(self.index + by * height, len(self.rows) - 1))
        y = self.scroll_offset.y + by * height
        self.scroll_to(0, y, animate=False, immediate=True)
        self.select(self.rows[wanted].key)

    def on_resize(self) -> None:
        """Fold the lines at the new width."""
        self._fold_lines()
        super().on_resize()

    def _fold_lines(self) -> None:
        width = self.scrollable_content_region.width - 1
        if self._review is None:
            lines = wrap_spans(self._said, max(20, width - 2), _MOST)
            said = [PageLine(f"said:{n}", [(" ", "text"), *line]) for n, line in enumerate(lines)]
            self.show(said)
            return
        self.show(page_lines(self._review, self._looked, width, self._unfolded))


def _drawn(line: PageLine, width: int) -> list[Spans]:
    return [line.spans]

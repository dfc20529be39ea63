"""A file of a diff as rows: one below the other, or what was beside what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.records import DiffComment
from tui.diff_text import DiffText
from tui.spans import Span, Spans, wrap_spans
from tui.when import when

NO_LINE = -1
"""Stands for a line where a side has none."""

MOST_LINES = 60
"""Lines that one comment may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the view.

    Attributes:
        left: Index of the line as it was; ``NO_LINE`` where there was none.
        right: Index of the line as it is; the same as ``left`` for one that did not change.
        spans: What is said, for a row that is no line of the file.
        style: How such a row is to look: ``hunk``, ``note`` or ``comment``.
        comment: What somebody said about the line above.
    """

    left: int = NO_LINE
    right: int = NO_LINE
    spans: Spans = ()
    style: str = ""
    comment: DiffComment | None = None

    @property
    def line(self) -> int:
        """Index of the line that is meant: as it is, where it is still there."""
        return self.right if self.right != NO_LINE else self.left


@dataclass(frozen=True, slots=True)
class Comments:
    """What was said about a file.

    Attributes:
        placed: By the index of the line.
        lost: About lines that are not in the diff.
        turns: The number of the turn whose agent was told, by its execution's id.
    """

    placed: Mapping[int, Sequence[DiffComment]]
    lost: Sequence[DiffComment] = ()
    turns: Mapping[str, int] | None = None

    def sent(self, comment: DiffComment) -> str:
        """Say whether an agent was told a comment."""
        if comment.execution_id is None:
            return "not sent yet"
        turn = (self.turns or {}).get(comment.execution_id)
        return f"sent with turn {turn}" if turn is not None else "sent"


def diff_rows(
    text: DiffText, comments: Comments, *, is_split: bool, width: int, notes: Sequence[str] = ()
) -> list[Row]:
    """Return the rows of a file.

    Args:
        text: The file.
        comments: What was said about its lines.
        is_split: Whether what was stands beside what is.
        width: Cells that a comment may take.
        notes: What there is to say of the file as a whole.
    """
    rows = [Row(spans=((note, "faint"),), style="note") for note in notes]
    for comment in comments.lost:
        rows += _comment_rows(comment, comments, width, is_lost=True)
    for row in _split(text) if is_split else _unified(text):
        rows.append(row)
        for index in dict.fromkeys((row.left, row.right)):
            for comment in comments.placed.get(index, ()):
                rows += _comment_rows(comment, comments, width)
    return rows


def _unified(text: DiffText) -> Iterator[Row]:
    for index, line in enumerate(text.lines):
        if line.kind == "removed":
            yield Row(left=index)
        elif line.kind == "added":
            yield Row(right=index)
        elif line.kind == "context":
            yield Row(index, index)
        else:
            yield _said(text, index)


def _split(text: DiffText) -> Iterator[Row]:
    removed: list[int] = []
    added: list[int] = []
    for index, line in enumerate(text.lines):
        if line.kind == "removed" and not added:
            removed.append(index)
        elif line.kind == "added":
            added.append(index)
        elif line.kind == "note" and (removed or added):
            (added or removed).append(index)
        else:
            yield from _beside(removed, added)
            removed, added = [], []
            if line.kind == "removed":
                removed.append(index)
            else:
                yield Row(index, index) if line.kind == "context" else _said(text, index)
    yield from _beside(removed, added)


def _beside(removed: Sequence[int], added: Sequence[int]) -> Iterator[Row]:
    for at in range(max(len(removed), len(added))):
        yield Row(
            removed[at] if at < len(removed) else NO_LINE,
            added[at] if at < len(added) else NO_LINE,
        )


def _said(text: DiffText, index: int) -> Row:
    line = text.lines[index]
    style = "hunk" if line.kind == "hunk" else "note"
    return Row(spans=((line.text, "heading" if style == "hunk" else "faint"),), style=style)


def _comment_rows(
    comment: DiffComment, comments: Comments, width: int, *, is_lost: bool = False
) -> Iterator[Row]:
    head: list[Span] = [("✎ ", "accent"), (comment.author, "strong")]
    head.append((f", {when(comment.created_at)}", "faint"))
    is_sent = comment.execution_id is not None
    head.append((f" · {comments.sent(comment)}", "faint" if is_sent else "warn"))
    if is_lost:
        where = f"line {comment.line} as it {'was' if comment.side == 'old' else 'is'}"
        head.append((f" · on {where} at {comment.commit_sha[:9]}, not in this diff", "faint"))
    lines: list[Spans] = [head]
    if is_lost and comment.quoted.strip():
        lines.append([("  " + comment.quoted.strip(), "faint")])
    for paragraph in comment.text.splitlines() or [""]:
        room = MOST_LINES - len(lines)
        if room <= 0:
            break
        lines += wrap_spans([(paragraph, "text")], width - 4, room) or [[]]
    for number, line in enumerate(lines):
        yield Row(
            spans=line if number == 0 else [("  ", "text"), *line], style="comment", comment=comment
        )

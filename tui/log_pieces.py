"""The pieces of a log that are known, and the rows that each takes at a width."""

from __future__ import annotations

from tui.log_file import LogLine
from tui.log_lines import clipped_from, colored, emphasised, folded
from tui.log_reader import Grown, Pieces
from tui.log_search import Needle
from tui.spans import Span, Spans

MOST_KEPT = 4_000
"""Pieces that are kept: many times what a terminal shows."""

Rows = list[list[Span]]


class LogPieces:
    """What has been read of a log, drawn once and kept until it is drawn otherwise."""

    def __init__(self) -> None:
        self.count = 0
        """How many pieces the log has."""
        self.folds = True
        """Whether long lines are folded."""
        self.shows_numbers = False
        """Whether the numbers of lines are shown."""
        self.left = 0
        """Cells that are passed over where lines are cut off."""
        self.width = 80
        """Cells of a row."""
        self.needle = Needle("")
        """What is searched, and marked."""
        self._final = 0
        self._lines: dict[int, LogLine] = {}
        self._rows: dict[int, Rows] = {}

    def __contains__(self, piece: int) -> bool:
        """Say whether a piece has been read."""
        return piece in self._lines

    def clear(self) -> None:
        """Forget all that was read; what is shown is another log."""
        self.count = self._final = self.left = 0
        self._lines.clear()
        self._rows.clear()

    def draw_again(self) -> None:
        """Forget how pieces were drawn."""
        self._rows.clear()

    def take_growth(self, told: Grown) -> None:
        """Take how long the log is by now, and its last pieces."""
        if told.anew or len(self._lines) > MOST_KEPT:
            self._lines.clear()
            self._rows.clear()
        # What was not final may have become another, and need not be among the last any more.
        for piece in [at for at in self._lines if at >= min(self._final, told.final)]:
            del self._lines[piece]
            self._rows.pop(piece, None)
        for piece, line in enumerate(told.tail, told.count - len(told.tail)):
            if self._lines.get(piece) != line:
                self._lines[piece] = line
                self._rows.pop(piece, None)
        if self.shows_numbers and len(str(told.count)) != len(str(self.count)):
            self._rows.clear()
        self.count, self._final = told.count, told.final

    def take(self, told: Pieces) -> None:
        """Take some pieces that were asked for."""
        self._lines.update(zip(range(told.first, self.count), told.lines, strict=False))

    def rows(self, piece: int) -> Rows:
        """Return the rows of a piece; a blank one while it has not been read."""
        found = self._rows.get(piece)
        if found is not None:
            return found
        line = self._lines.get(piece)
        if line is None:
            return [[]]
        if len(self._rows) > MOST_KEPT:
            self._rows.clear()
        found = self._rows[piece] = self._drawn(line)
        return found

    def _drawn(self, line: LogLine) -> Rows:
        spans: Spans = colored(line.text)
        if self.needle.typed:
            text = "".join(piece for piece, _ in spans)
            spans = emphasised(spans, self.needle.places(text))
        lead = ""
        if self.shows_numbers:
            digits = len(str(self.count))
            lead = f"{'' if line.continues else line.number:>{digits}} "
        cells = max(4, self.width - len(lead))
        rows = folded(spans, cells) if self.folds else [clipped_from(spans, self.left, cells)]
        if not lead:
            return rows
        blank = " " * len(lead)
        return [[(blank if at else lead, "faint"), *row] for at, row in enumerate(rows)]

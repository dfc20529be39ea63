"""The diff of one file as it is drawn: only the lines that are seen, one side below or beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.diff_rows import NO_LINE, Comments, Row, diff_rows
from tui.diff_text import DiffText
from tui.spans import clip_spans, width_of, wrap_spans
from tui.widgets.code_line import Piece, code_pieces
from tui.widgets.line_view import LineView
from tui.widgets.row_list import SELECTED

MOST_NOTES = 40
"""Lines that a word about the whole may take."""

_SIGNS = {"added": "+", "removed": "-", "context": " ", "note": " "}
_GROUNDS = (
    "added-line",
    "removed-line",
    "added-word",
    "removed-word",
    "found",
    "hunk",
    "comment",
    "gap",
)
_CODE = ("keyword", "name", "type", "function", "string", "number", "comment", "tag")
_SIGN_STYLES = {"added": "plus", "removed": "minus"}


class DiffCanvas(LineView, inherit_bindings=False):
    """Paints a file of a diff; what is selected in it is up to ``DiffView``."""

    DEFAULT_CSS = """
    DiffCanvas > .line--added-line { background: $success 12%; }
    DiffCanvas > .line--removed-line { background: $error 18%; }
    DiffCanvas > .line--added-word { background: $success 34%; }
    DiffCanvas > .line--removed-word { background: $error 48%; }
    DiffCanvas > .line--found { background: $warning 40%; }
    DiffCanvas > .line--hunk { background: $panel; }
    DiffCanvas > .line--comment { background: $surface; }
    DiffCanvas > .line--gap { background: $panel 40%; }
    DiffCanvas > .line--code-keyword { color: $text-accent; }
    DiffCanvas > .line--code-name { color: $text-primary; }
    DiffCanvas > .line--code-type { color: $text-secondary; }
    DiffCanvas > .line--code-function { color: $text-primary; text-style: bold; }
    DiffCanvas > .line--code-string { color: $text-success; }
    DiffCanvas > .line--code-number { color: $text-warning; }
    DiffCanvas > .line--code-comment { color: $foreground 65%; text-style: italic; }
    DiffCanvas > .line--code-tag { color: $text-secondary; text-style: bold; }
    DiffCanvas:ansi > .line--added-line { color: ansi_bright_green; }
    DiffCanvas:ansi > .line--removed-line { color: ansi_bright_red; }
    DiffCanvas:ansi > .line--added-word { color: ansi_bright_green; text-style: underline; }
    DiffCanvas:ansi > .line--removed-word { color: ansi_bright_red; text-style: underline; }
    DiffCanvas:ansi > .line--found { text-style: reverse; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"line--{name}" for name in _GROUNDS),
        *(f"line--code-{name}" for name in _CODE),
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's word)
        super().__init__(id=id)
        self.text: DiffText | None = None
        self.rows: list[Row] = []
        self.index = 0
        self.is_split = False
        self.needle = ""
        """What was searched for, to be seen wherever it stands."""
        self._comments = Comments({})
        self._notes: Sequence[str] = ()
        self._pieces: dict[int, Sequence[Piece]] = {}
        self._x = 0

    @property
    def lines_seen(self) -> list[str]:
        """The text of the lines in view, for tests and screen readers."""
        return [self.render_line(y).text.rstrip() for y in range(self.size.height)]

    def notify_style_update(self) -> None:
        """Colour the code anew in another theme."""
        super().notify_style_update()
        self._pieces.clear()

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width, at = self.scrollable_content_region.width, y + self.scroll_offset.y
        if at >= len(self.rows):
            return self.painted((), width)
        row, is_selected = self.rows[at], at == self.index
        ground = ("selected" if self.has_focus else "resting") if is_selected else ""
        sign = SELECTED if is_selected else " "
        if row.line == NO_LINE:
            indent = " " * (2 if row.comment is None else self._gutter())
            spans = clip_spans(row.spans, width - 1 - len(indent) + 1)
            lead = (sign + indent[1:], "accent")
            return self.painted([lead, *spans], width, ground or row.style.replace("note", ""))
        strip = Strip([Segment(sign, self._style("accent", ground))])
        if not self.is_split:
            numbers = (row.left, row.right)
            return Strip.join([strip, self._code(row.line, numbers, width - 1, ground)])
        half = (width - 2) // 2
        bar = Strip([Segment("│", self._style("faint", ground))])
        left = self._side(row.left, half, ground)
        right = self._side(row.right, width - 2 - half, ground, is_right=True)
        return Strip.join([strip, left, bar, right])

    def _side(self, index: int, width: int, ground: str, *, is_right: bool = False) -> Strip:
        if index == NO_LINE:
            return self.painted((), width, ground or "gap")
        return self._code(index, (NO_LINE, index) if is_right else (index, NO_LINE), width, ground)

    def _code(self, index: int, numbers: tuple[int, int], width: int, ground: str) -> Strip:
        """Return a line of the file with its numbers, in so many cells."""
        assert self.text is not None  # noqa: S101  (narrows for the type checker)
        line = self.text.lines[index]
        kind = line.kind
        own = ground or (f"{kind}-line" if kind in ("added", "removed") else "")
        gutter = self._numbers(numbers)
        lead = [(gutter, "faint"), (f"{_SIGNS.get(kind, ' ')} ", _SIGN_STYLES.get(kind, "text"))]
        room = max(0, width - width_of(lead))
        segments = [self._segment(piece, kind, ground, own) for piece in self._pieces_of(index)]
        code = Strip(segments)
        cut_left, cut_right = (
            self._x > 0 and code.cell_length > 0,
            code.cell_length > self._x + room,
        )
        code = code.crop(self._x, self._x + room).adjust_cell_length(room, self._style("text", own))
        faint = self._style("faint", own)
        if cut_left and room > 2:
            code = Strip.join([Strip([Segment("‹", faint)]), code.crop(1)])
        if cut_right and room > 2:
            code = Strip.join([code.crop(0, room - 1), Strip([Segment("›", faint)])])
        return Strip.join([self.painted(lead, width_of(lead), own), code])

    def _segment(self, piece: Piece, kind: str, ground: str, own: str) -> Segment:
        text, name, mark = piece
        if not mark:
            return Segment(text, self._style(name, own))
        if ground:
            return Segment(text, self._style(name, ground) + Style(underline=True))
        marked = "found" if mark == "found" else f"{kind}-word"
        return Segment(text, self._style(name, marked))

    def _numbers(self, numbers: tuple[int, int]) -> str:
        assert self.text is not None  # noqa: S101  (narrows for the type checker)
        lines, wide = self.text.lines, self.text.widest_number
        old = lines[numbers[0]].old if numbers[0] != NO_LINE else None
        new = lines[numbers[1]].new if numbers[1] != NO_LINE else None
        if self.is_split:
            return f"{old or new or '':>{wide}} "
        return f"{old or '':>{wide}} {new or '':>{wide}} "

    def _pieces_of(self, index: int) -> Sequence[Piece]:
        found = self._pieces.get(index)
        if found is None:
            if len(self._pieces) > 8 * max(50, self.size.height):
                self._pieces.clear()
            assert self.text is not None  # noqa: S101  (narrows for the type checker)
            found = self._pieces[index] = code_pieces(self.text, index, self.needle)
        return found

    def _style(self, name: str, ground: str) -> Style:
        if ground not in _GROUNDS:
            return super()._style(name, ground)
        found = self._styles.get((name, ground))
        if found is None:
            found = self.get_component_rich_style(f"line--{name}")
            if self.app.current_theme.ansi:
                # Sixteen colours have no shades for a ground: the letters tell instead.
                own = self.get_component_rich_style(f"line--{ground}", partial=True)
                found += Style(color=own.color, underline=own.underline, reverse=own.reverse)
            else:
                found += Style(bgcolor=self.get_component_rich_style(f"line--{ground}").bgcolor)
            self._styles[name, ground] = found
        return found

    # Rows

    def _arrange(self) -> None:
        """Work out the rows, which depend on the width where there are comments."""
        if self.text is None:
            room = max(20, self.scrollable_content_region.width - 4)
            folded = (wrap_spans([(note, "faint")], room, MOST_NOTES) for note in self._notes)
            self.rows = [Row(spans=line, style="note") for lines in folded for line in lines]
        else:
            width = self.scrollable_content_region.width - self._gutter() - 1
            self.rows = diff_rows(
                self.text,
                self._comments,
                is_split=self.is_split,
                width=max(20, width),
                notes=self._notes,
            )
        self.set_lines(len(self.rows))
        self.refresh()

    def _gutter(self) -> int:
        wide = self.text.widest_number if self.text is not None else 1
        return wide + 4 if self.is_split else 2 * wide + 5

    def _code_room(self) -> int:
        width = self.scrollable_content_region.width
        return (width // 2 if self.is_split else width) - self._gutter()

    def _longest(self) -> int:
        assert self.text is not None  # noqa: S101  (narrows for the type checker)
        return self.text.longest

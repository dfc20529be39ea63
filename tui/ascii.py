"""Drawing with ASCII alone: every sign and line has a character of the same width.

A line filter does it, last of all, so that no widget knows of it.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.ascii_signs import in_ascii


class AsciiOnly(LineFilter):
    """Draws signs and lines in ASCII, and on request texts too."""

    def __init__(self, *, texts: bool) -> None:
        """Draw in ASCII.

        Args:
            texts: Whether what has no ASCII character is drawn as ``?``; it stays as it is
                otherwise.
        """
        super().__init__()
        self._texts = texts

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments of the same widths."""
        texts = self._texts
        return [
            segment
            if segment.text.isascii()
            else Segment(in_ascii(segment.text, texts), segment.style, segment.control)
            for segment in segments
        ]

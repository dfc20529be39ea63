"""Drawing without any colour: what has a ground of its own is drawn in reverse."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_NO_GROUND = frozenset({"default", "black", "color(0)"})
_DEFAULT = Style.from_color(RichColor.default(), RichColor.default())


class Reversed(LineFilter):
    """Takes the colours out of a theme that draws with the terminal's own sixteen.

    Textual's filter leaves text alone, and with it nothing that tells what is selected.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments in the terminal's two colours."""
        return [
            Segment(text, without_color(style) if style else style, control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def without_color(style: Style) -> Style:
    """Return a style without colour, reversed where it had a ground that stands out."""
    ground = style.bgcolor
    stands_out = ground is not None and ground.name not in _NO_GROUND
    return style + _DEFAULT + Style(reverse=bool(style.reverse) != stands_out)

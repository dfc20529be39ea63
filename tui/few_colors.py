"""Drawing with the terminal's own sixteen colours, or with none of them."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_NO_GROUND = frozenset({"default", "black", "color(0)"})
_DEFAULT = Style.from_color(RichColor.default(), RichColor.default())
_WHITE, _BLACK = RichColor.from_ansi(7), RichColor.from_ansi(0)


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


class Grounded(LineFilter):
    """Draws white on black where Textual leaves it to the terminal, which may be black on white.

    A theme whose colours are to be read on black needs all of the screen to be black.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments none of whose colours is the terminal's choice."""
        return [
            Segment(text, grounded(style or Style.null()), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def without_color(style: Style) -> Style:
    """Return a style without colour, reversed where it had a ground that stands out."""
    ground = style.bgcolor
    stands_out = ground is not None and ground.name not in _NO_GROUND
    return style + _DEFAULT + Style(reverse=bool(style.reverse) != stands_out)


@lru_cache(1024)
def grounded(style: Style) -> Style:
    """Return a style with white and black in the place of the terminal's default colours."""
    color, ground = style.color, style.bgcolor
    return style + Style.from_color(
        _WHITE if color is None or color.is_default else None,
        _BLACK if ground is None or ground.is_default else None,
    )

"""Drawing with ASCII alone: every sign and line has a character of the same width.

A line filter does it, last of all, so that no widget knows of it.
"""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SAME_WIDTH = (
    # Signs of cards: status, build state, readiness and marks. No two of them share a character.
    ("○◐◎●", "o~@*"),
    ("…▸■✗✓⊘", ".>#x+/"),
    ("◆◇✚", "&=%"),
    # What is selected, folded, or a key.
    ("▶◀▾▴▼▲►◄", "><v^v^><"),
    ("←↑→↓↶↷⏎⌫⇥⇤", "<^>vur><><"),
    # Text of our own.
    ("·•∙‣▪◦–—―‐‑−", "---------" + "---"),
    ("“”„‘’‚‹›«»", "\"\"\"'''<><>"),
    ("×✔✘⭑★☆⭘🖼�␡✎", 'x+x**oo#??"'),
    ("\xa0\u2002\u2003\u2007\u2009\u202f", "      "),
    # Lines and boxes.
    ("─┄┈╌╴╶╼╾", "--------"),
    ("━┅┉╍╸╺═", "======="),
    ("│┆┊╎╵╷╽╿┃┇┋╏╹╻║", "|||||||||||||||"),
    ("╱╲╳", "/\\x"),
    ("▁▂▃▄▅▆▇█", "_.-=+*%#"),
    ("▏▎▍▌▋▊▉▐▕▀▔", "||||#|#||--"),
    ("░▒▓▖▗▘▙▚▛▜▝▞▟", ".:#++++++++++"),
)
_WIDE = {"🔎": "/ ", "📁": "[]", "📂": "[]", "📄": "= "}


def _signs() -> dict[int, str]:
    table = {
        ord(sign): plain
        for signs, plains in _SAME_WIDTH
        for sign, plain in zip(signs, plains, strict=True)
    }
    corners = {code: "+" for code in range(0x2500, 0x2580) if code not in table}
    return {**corners, **table, **{ord(sign): plain for sign, plain in _WIDE.items()}}


SIGNS = _signs()
"""What is drawn in the place of each sign, by its code."""


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


@lru_cache(2048)
def in_ascii(text: str, texts: bool) -> str:
    """Return a text with its signs in ASCII, as wide as it was.

    Args:
        text: What to draw.
        texts: Whether what is no sign is drawn as ``?`` a cell.
    """
    drawn = text.translate(SIGNS)
    if not texts or drawn.isascii():
        return drawn
    cells = cell_len(drawn)
    plain = "".join(
        character if character.isascii() else "?" * get_character_cell_size(character)
        for character in drawn
    )
    # Characters that are drawn as one, such as flags, may be less wide than their sum.
    return plain[:cells].ljust(cells, "?")

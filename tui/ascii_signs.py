"""What stands for each sign and line where a terminal shows ASCII alone."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

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

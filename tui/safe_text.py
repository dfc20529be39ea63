"""Text from the database, made safe to show on a terminal.

A title is data: what would move the cursor, reorder the line or hide from the eye is
shown as written (``\\x1b``, ``\\u202e``) or, where it only joins or spaces letters, left
out. What is stored never changes; only the showing does.
"""

from __future__ import annotations

import re

_CONTROLS = "\x00-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"  # terminals disagree on the width of what they colour
_DROPPED = f"\xad\u061c\u200b-\u200f\u2060\ufeff\ufe0f{_SKIN_TONES}"
_FORMATS = (
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e\u2028-\u202e\u2061-\u206f\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
)

UNSAFE = re.compile(f"\r\n|[{_CONTROLS}{_SURROGATES}{_DROPPED}{_FORMATS}]")
"""What cannot be drawn as it is: controls, lone surrogates, format characters."""

_BREAKS = frozenset("\r\n\u2028\u2029")
_LEFT_OUT = re.compile(f"[{_DROPPED}]")


def visible(text: str) -> str:
    """Return a text as one line that is safe to draw.

    Line breaks and tabs become a space, other controls and bidirectional overrides their
    escapes, lone surrogates ``U+FFFD``; joiners, selectors and marks without a width are
    left out. Text with none of these comes back as it is.
    """
    return UNSAFE.sub(_on_one_line, text) if UNSAFE.search(text) else text


def visible_lines(text: str) -> str:
    r"""Return a text that is safe to draw on many lines.

    As ``visible``, but line breaks stay, each as ``\n``, and a tab becomes four spaces.
    """
    return UNSAFE.sub(_on_lines, text) if UNSAFE.search(text) else text


def _on_one_line(match: re.Match[str]) -> str:
    found = match.group()
    return " " if found == "\t" or found[0] in _BREAKS else _shown(found)


def _on_lines(match: re.Match[str]) -> str:
    found = match.group()
    if found == "\t":
        return "    "
    return "\n" if found[0] in _BREAKS else _shown(found)


def _shown(character: str) -> str:
    """Return what stands for a character that can't be drawn."""
    if _LEFT_OUT.match(character):
        return ""
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

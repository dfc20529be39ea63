"""What a terminal can be drawn with: any character, or ASCII alone."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Drawing(enum.Enum):
    """How signs, lines and texts are drawn."""

    UNICODE = enum.auto()
    """As they are."""
    ASCII_SIGNS = enum.auto()
    """Signs and lines in ASCII, because a person asked for it; their texts as they are."""
    ASCII_ONLY = enum.auto()
    """Nothing but ASCII, because the terminal shows nothing else."""


_PUT_BY_PYTHON = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to, in its own environment, where the locale is C."""


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Say whether a terminal with this environment shows more than ASCII.

    The first of LC_ALL, LC_CTYPE and LANG that says something decides, as everywhere. A
    LC_CTYPE that Python itself put there does not count against a LANG that says C. Where
    nothing is said at all, terminals of this time can.
    """
    kind, language = environment.get("LC_CTYPE", ""), environment.get("LANG", "")
    if kind in _PUT_BY_PYTHON and language:
        kind = ""
    said = environment.get("LC_ALL") or kind or language
    encoding = said.partition(".")[2].partition("@")[0] or said
    return not said or encoding.lower().replace("-", "") == "utf8"


def how_to_draw(asked: bool | None, environment: Mapping[str, str]) -> Drawing:
    """Return how to draw.

    Args:
        asked: Whether a person asked for ASCII, or asked not to have it; None when they
            said nothing.
        environment: The environment variables.
    """
    if asked is False:
        return Drawing.UNICODE
    if not speaks_utf8(environment):
        return Drawing.ASCII_ONLY
    return Drawing.ASCII_SIGNS if asked else Drawing.UNICODE


def asked_in(environment: Mapping[str, str]) -> bool | None:
    """Return what PLANNER_ASCII asks for: ``0`` is no, anything else yes."""
    said = environment.get("PLANNER_ASCII", "").strip().lower()
    return None if not said else said not in ("0", "false", "no", "off")

"""What the config's ``[board]`` table takes: the check, the example and the docs derive from it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


class Wrong(Exception):
    """A value is not what its option takes; says what it takes."""


class NoSuch(Exception):
    """A value names what there is not; says so in a sentence."""


def nearest(word: str, known: Iterable[str], form: str = "{}") -> str:
    """Return the question after the nearest of some known words; nothing when none is near."""
    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {form.format(near[0])}?" if near else ""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the ``[board]`` table.

    Attributes:
        name: Its name there and in ``Config``.
        takes: What it takes, in words.
        default: What holds without it, as it would be written.
        example: A value to start from, as it would be written.
        words: What it does.
        read: Turns the value into the one of ``Config``, or raises ``Wrong`` or ``NoSuch``.
    """

    name: str
    takes: str
    default: str
    example: str
    words: str
    read: Callable[[Any], Any]


def _theme(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("a theme's name in quotes")
    from tui.themes import known_themes

    known = known_themes()
    if value not in known:
        near = nearest(value, known) or f". There are {', '.join(known)}."
        raise NoSuch(f"there is no theme '{value}'{near}")
    return value


def _ascii(value: Any) -> bool | None:
    if value == "auto":
        return None
    if not isinstance(value, bool):
        raise Wrong('true, false or "auto"')
    return value


def _editor(value: Any) -> tuple[str, ...]:
    whole = isinstance(value, list) and value and all(isinstance(word, str) for word in value)
    if not whole or not value[0]:
        raise Wrong('a list of the program and its arguments, such as ["code", "--wait"]')
    return tuple(value)


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 366:
        raise Wrong("a number from 0 to 366")
    return value


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false")
    return value


def _notify(value: Any) -> str:
    if value not in NOTIFY:
        raise Wrong('"off", "bell" or "desktop"')
    return str(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Wrong("an agent's name in quotes")
    return value


NOTIFY = ("off", "bell", "desktop")
"""How it may be told that a run waits for a person."""

OPTIONS = (
    Option(
        "theme",
        "a theme's name",
        '"planner-dark"',
        '"planner-light"',
        "The colours of a start at which none were chosen on the board yet. `ctrl+p`, Theme lists all and remembers "
        "the one chosen; writing another name here afterwards counts again.",
        _theme,
    ),
    Option(
        "ascii",
        '`true`, `false` or `"auto"`',
        '"auto"',
        "true",
        "Draw with ASCII characters alone. `auto` does so where the locale is not UTF-8, and shows what can't be "
        "written there as `?`. `--ascii` and `PLANNER_ASCII=1` ask for it as well.",
        _ascii,
    ),
    Option(
        "editor",
        "a program and its arguments",
        "[]",
        '["code", "--wait"]',
        "The editor that `ctrl+e` opens a long text in; `$VISUAL` or `$EDITOR` without it.",
        _editor,
    ),
    Option(
        "bell",
        "`true` or `false`",
        "true",
        "false",
        "Ring the terminal's bell when something could not be done. It is always told in words too.",
        _yes,
    ),
    Option(
        "notify",
        '`"off"`, `"bell"` or `"desktop"`',
        '"bell"',
        '"desktop"',
        "What tells that a run needs you, besides the message on the board: the terminal's bell (unless `bell` is "
        "false), or a notification of the desktop, by `notify-send`, `osascript` or the terminal itself.",
        _notify,
    ),
    Option(
        "daily_copies",
        "a number from 0 to 366",
        "7",
        "30",
        "How many of the copies stay that are made beside the database, `plan.db.day-20260131.bak`, by whatever opens "
        "it first on a day. 0 makes none.",
        _days,
    ),
    Option(
        "toasts",
        "`true` or `false`",
        "true",
        "false",
        "Let messages pop up over the board; without, they are told on the status line.",
        _yes,
    ),
    Option(
        "tour",
        "`true` or `false`",
        "true",
        "false",
        "Show the tour at the first start on the sample plan.",
        _yes,
    ),
    Option(
        "agent",
        "an agent's name",
        "none",
        '"claude"',
        "The agent that builds where no other is named; a preset, or one of `[agents.NAME]`. "
        "`planner-tui agents` lists them.",
        _name,
    ),
    Option(
        "mouse",
        "`true` or `false`",
        "true",
        "false",
        "Take the mouse. Without, the terminal keeps it: for marking and copying text, for instance.",
        _yes,
    ),
)
"""What the ``[board]`` table takes."""


def example() -> str:
    """Return a config to start from, in which everything is commented out."""
    from tui.agent_options import AGENT_OPTIONS

    lines = [
        "# The config of planner-tui. Take the # away from what you want otherwise.",
        "# planner-tui config --check says whether all of it is right.",
        "",
        "[board]",
        *_options(OPTIONS),
        "# An agent of your own, or a well-known one changed; any name will do.",
        "# planner-tui agents check NAME says whether it works here.",
        "# [agents.mine]",
        *_options(AGENT_OPTIONS),
        "[keys]",
        "# An id of docs/keys.md, and the keys for it: one, or several with commas between.",
        '# "card.new" = "n,insert"',
        '# "plan.undo" = "ctrl+z"',
        "",
    ]
    return "\n".join(lines)


def _options(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        yield from (f"# {line}" for line in _folded(option.words.replace("`", "")))
        yield f"# {option.name} = {option.example}"
        yield ""


def _folded(words: str) -> list[str]:
    return textwrap.wrap(words, 88)

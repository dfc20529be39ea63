"""What may stand after a key of the filter: a few words, a priority, a title, a time.

A value becomes what ``filter_conditions.py`` checks: the things it stands for, or spans of
numbers or times. One that won't do is a ``Wrong``, with the words for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from typing import Any

from planner.board import Board
from store.records import PRIORITIES

Span = tuple[Any, Any]
"""From a value up to another, the second left out."""

_MARKS = re.compile("[\u0300-\u036f]+")
_COMPARED = re.compile(r"(<=|>=|<|>|=)?(.*)", re.DOTALL)
_AGE = re.compile(r"([0-9]{1,5})(h|d|w|m|y)")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_UNFINISHED_DATE = re.compile(r"[0-9]{1,4}|[0-9]{4}-[0-9]?|[0-9]{4}-[0-9]{2}-[0-9]?")
_FIRST, _LAST = "", "~"
"""A time before and one after any that is written down."""


class Wrong(Exception):
    """A value that won't do, with what to say of it.

    ``unfinished`` when more typing may still make it one that does.
    """

    def __init__(self, reason: str, *, unfinished: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unfinished = unfinished


@dataclass(frozen=True)
class Vocabulary:
    """What a filter's words may mean besides what the program knows: a project's, at a time.

    Attributes:
        activities: Id and title of each.
        workflows: Id and title of each.
        now: The time that ages count from, with its zone.
        zone: The zone that dates are in; the machine's own when None.
    """

    activities: tuple[tuple[str, str], ...] = ()
    workflows: tuple[tuple[str, str], ...] = ()
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    zone: tzinfo | None = None


def vocabulary_of(board: Board, now: datetime | None = None) -> Vocabulary:
    """Return the words of a board, as of a time."""
    return Vocabulary(
        tuple((column.id, column.title) for lane in board.lanes for column in lane.columns),
        tuple((lane.id, lane.title) for lane in board.lanes),
        now or datetime.now(UTC),
    )


@dataclass(frozen=True)
class Values:
    """How the values of a key are offered, and read.

    Attributes:
        offers: The values to complete with, given what was typed of one.
        read: What one value stands for: things or spans. Raises ``Wrong``.
        spans: Whether that is spans.
        anywhere: Whether a value stands for what holds it anywhere, not only at the beginning.
    """

    offers: Callable[[Vocabulary, str], Sequence[str]]
    read: Callable[[str, Vocabulary], Sequence[Any]]
    spans: bool = False
    anywhere: bool = False


def fold(text: str) -> str:
    """Return a text as the filter compares it: without case, accents and ligatures."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold()


# One of a few words


def one_of(told: str, words: Mapping[str, Any]) -> Values:
    """Return the values of a key that has a few words for them.

    The beginning of a word stands for every word it may become.

    Args:
        told: What comes before a word that won't do.
        words: What each word stands for.
    """

    def read(value: str, _vocabulary: Vocabulary) -> list[Any]:
        begun = [thing for word, thing in words.items() if word.startswith(fold(value))]
        if not begun:
            raise Wrong(_no_such(told, value, tuple(words)))
        return begun

    return Values(lambda _vocabulary, _value: tuple(words), read)


def _no_such(told: str, value: str, words: Sequence[str]) -> str:
    near = get_close_matches(fold(value), words, n=1, cutoff=0.6)
    if near:
        return f"{told} “{value}”; did you mean {near[0]}?"
    return f"{told} “{value}”: it is one of {', '.join(words)}"


# A priority


def _read_priority(value: str, vocabulary: Vocabulary) -> list[Span]:
    compared, typed = _compared(value)
    if not typed:
        raise Wrong(f"“{value}” says no priority yet, such as {value}high", unfinished=True)
    named = {**{str(n): n for n in range(len(PRIORITIES))}, **dict(_numbered(PRIORITIES))}
    found = [n for word, n in named.items() if word.startswith(fold(typed))]
    if not found:
        raise Wrong(_no_such("there is no priority", typed, PRIORITIES))
    return [_span(compared, n, n + 1, -(10**9), 10**9) for n in found]


def _offer_priorities(_vocabulary: Vocabulary, value: str) -> list[str]:
    compared = _COMPARED.match(value)
    sign = compared.group(1) or "" if compared else ""
    return [f"{sign}{word}" for word in PRIORITIES]


# A title of the project's own


def titled(noun: str, held: Callable[[Vocabulary], Sequence[tuple[str, str]]]) -> Values:
    """Return the values of a key that takes titles of a project's own.

    A whole title means only what is called so, any other text what holds it.
    """

    def read(value: str, vocabulary: Vocabulary) -> list[str]:
        wanted, titles = fold(value), [(i, fold(title)) for i, title in held(vocabulary)]
        exact = [row_id for row_id, title in titles if title == wanted]
        found = exact or [row_id for row_id, title in titles if wanted in title]
        if not found:
            near = get_close_matches(wanted, [title for _, title in titles], n=1, cutoff=0.6)
            if near:
                meant = next(title for _, title in held(vocabulary) if fold(title) == near[0])
                raise Wrong(f"there is no {noun} “{value}”; did you mean “{meant}”?")
            raise Wrong(f"no {noun} of this project is called “{value}”")
        return found

    def offers(vocabulary: Vocabulary, _value: str) -> list[str]:
        return list(dict.fromkeys(title for _, title in held(vocabulary)))

    return Values(offers, read, anywhere=True)


# A time


def _read_time(value: str, vocabulary: Vocabulary) -> list[Span]:
    """Read an age (``<7d``), a date or its beginning, ``today`` or ``yesterday``."""
    compared, typed = _compared(fold(value))
    age = _AGE.fullmatch(typed)
    if age is not None:
        # By the minute, so that a query typed on narrows what it left so far.
        minute = vocabulary.now.astimezone(UTC).replace(second=0, microsecond=0)
        since = _written(_back(minute, int(age[1]) * _HOURS[age[2]]))
        older = compared in (">", ">=")
        return [(_FIRST, since) if older else (since, _LAST)]
    days = _days(typed, vocabulary)
    if days is not None:
        begin, end = (_written(_midnight(day, vocabulary)) for day in days)
        return [_span(compared, begin, end, _FIRST, _LAST)]
    is_begun = any(word.startswith(typed) for word in ("today", "yesterday"))
    if is_begun or _UNFINISHED_DATE.fullmatch(typed):
        raise Wrong(f"“{value}” is no time yet: {_TIMES}", unfinished=True)
    raise Wrong(f"“{value}” is no time: {_TIMES}")


_TIMES = "such as <7d (h, d, w, m or y), 2026-01-31 or today"


def _days(typed: str, vocabulary: Vocabulary) -> tuple[date, date] | None:
    """Return the first day that a date means, and the first after it."""
    now = vocabulary.now
    today = (now.astimezone(vocabulary.zone) if vocabulary.zone else now.astimezone()).date()
    if typed in ("today", "yesterday"):
        first = today - timedelta(days=typed == "yesterday")
        return first, first + timedelta(days=1)
    match = _DATE.fullmatch(typed)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    if year is None or not 1900 <= year < 2200:
        raise Wrong(f"“{typed}” is no date: years from 1900 to 2199 will do")
    try:
        if month is None:
            return date(year, 1, 1), date(year + 1, 1, 1)
        first = date(year, month, day or 1)
    except ValueError:
        raise Wrong(f"there is no day “{typed}”") from None
    if day is not None:
        return first, first + timedelta(days=1)
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _midnight(day: date, vocabulary: Vocabulary) -> datetime:
    begin = datetime.combine(day, time(), vocabulary.zone)
    return begin.astimezone(UTC)  # without a zone, the machine's own


def _back(moment: datetime, hours: int) -> datetime:
    try:
        return moment - timedelta(hours=hours)
    except OverflowError:
        return datetime(1, 1, 1, tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def _offer_times(_vocabulary: Vocabulary, value: str) -> list[str]:
    if value[:1] in ("<", ">"):
        sign = value[: 1 + (value[1:2] == "=")]
        typed = value[len(sign) :]
        if re.fullmatch("[0-9]{1,5}", typed):
            return [f"{value}{unit}" for unit in "dhwmy"]
        return [f"{sign}{age}" for age in ("1d", "7d", "4w")]
    return ["today", "yesterday", "<7d", "<4w", ">4w"]


def _compared(value: str) -> tuple[str, str]:
    match = _COMPARED.fullmatch(value)
    assert match is not None  # noqa: S101  (it matches everything)
    return match[1] or "=", match[2]


def _span(compared: str, begin: Any, end: Any, lowest: Any, highest: Any) -> Span:
    """Return what compares so with something that goes from ``begin`` up to ``end``."""
    return {
        "=": (begin, end),
        "<": (lowest, begin),
        "<=": (lowest, end),
        ">": (end, highest),
        ">=": (begin, highest),
    }[compared]


def _numbered(words: Sequence[str]) -> list[tuple[str, int]]:
    return [(word, n) for n, word in enumerate(words)]


PRIORITY = Values(_offer_priorities, _read_priority, spans=True)
"""Priorities, by name or number."""

TIME = Values(_offer_times, _read_time, spans=True)
"""Times, as an age or a date."""

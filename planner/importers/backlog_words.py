"""What the words and dates in a Backlog.md folder mean here."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from store.records import CardStatus

PRIORITIES = {"": 0, "none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4, "urgent": 4}
"""Backlog.md's words for a card's priority."""

_STATUS_WORDS = {
    CardStatus.TODO: ("to do", "todo", "backlog", "open", "new", "planned", "ready", "draft"),
    CardStatus.ACTIVE: ("in progress", "doing", "active", "started", "wip"),
    CardStatus.QUESTIONS: ("question", "questions", "blocked", "waiting", "on hold"),
    CardStatus.REVIEW: ("review", "in review", "testing", "in testing", "qa"),
    CardStatus.PRODUCTION: ("done", "complete", "completed", "closed", "released", "shipped"),
}
_STATUS_BY_WORD = {word: status for status, words in _STATUS_WORDS.items() for word in words}
_DATE = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s*(Z|[+-]\d\d:?\d\d)?)?$",
    re.ASCII,
)
_SHORT_DATE = re.compile(r"^(\d\d)([-/.])(\d\d)\2(\d\d)$", re.ASCII)


class BacklogConfig(msgspec.Struct, frozen=True):
    """What the import needs of ``config.yml``."""

    project_name: str | None = None
    statuses: tuple[str, ...] = ("To Do", "In Progress", "Done")
    default_status: str = ""
    task_prefix: str = "task"


def statuses_of(config: BacklogConfig) -> dict[str, CardStatus]:
    """Return the card status for each word a task may use.

    Well-known words say it themselves; of the others, the configured list's first is to
    do, its last production, and those between are active.
    """
    by_word = dict(_STATUS_BY_WORD)
    last = len(config.statuses) - 1
    for at, status in enumerate(config.statuses):
        place = (
            CardStatus.TODO
            if at == 0
            else CardStatus.PRODUCTION
            if at == last
            else CardStatus.ACTIVE
        )
        by_word.setdefault(word(status), place)
    first = word(config.statuses[0])
    by_word[""] = by_word.get(word(config.default_status or first), by_word[first])
    return by_word


def word(status: str) -> str:
    """Bring a status to the form that ``statuses_of`` lists."""
    return " ".join(status.lower().replace("-", " ").replace("_", " ").split())


def read_date(text: str) -> str | None:
    """Return a Backlog.md date as a timestamp in UTC, or None where it is no date.

    A date without a zone is taken as UTC. Two-digit dates are day, month, year.
    """
    if match := _SHORT_DATE.match(text):
        text = f"20{match[4]}-{match[3]}-{match[1]}"
    if not (match := _DATE.match(text)):
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        when = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
        if zone and zone != "Z":
            shifted = datetime.fromisoformat(f"{when:%Y-%m-%dT%H:%M:%S}{zone}")
            when = shifted.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{when.isoformat()[:19]}.000Z"

"""What the words and dates in a Backlog.md folder mean here."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from planner.importers.words import STATUSES, plain
from store.records import CardStatus

PRIORITIES = {"": 0, "none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4, "urgent": 4}
"""Backlog.md's words for a card's priority."""

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
    by_word = dict(STATUSES)
    last = len(config.statuses) - 1
    for at, status in enumerate(config.statuses):
        place = (
            CardStatus.TODO
            if at == 0
            else CardStatus.PRODUCTION
            if at == last
            else CardStatus.ACTIVE
        )
        by_word.setdefault(plain(status), place)
    first = plain(config.statuses[0])
    by_word[""] = by_word.get(plain(config.default_status or first), by_word[first])
    return by_word


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

"""Moments as people say them: local time, and today's by how long ago they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

LONGEST_WORDS = 12
"""Cells of the longest answer of ``when``: ``31 Jan 14:05``."""


def present() -> datetime:
    """Return the present moment; the one clock of all that is shown, for tests to pin."""
    return datetime.now(UTC)


def when(moment: str, *, now: datetime | None = None, zone: tzinfo | None = None) -> str:
    """Say when something was: ``5 min ago``, ``yesterday``, ``31 Jan 14:05``, ``2025-12-31``.

    Args:
        moment: UTC text, as every table keeps it.
        now: The present; the clock's when None.
        zone: Where the reader is; the computer's own zone when None.
    """
    then = _read(moment)
    if then is None:
        return moment[:LONGEST_WORDS]
    now = (now or present()).astimezone(zone)
    then = then.astimezone(zone)
    days = (now.date() - then.date()).days
    seconds = (now - then).total_seconds()
    if days == 0 and seconds > -60:
        return _ago(max(0, int(seconds)))
    if days == 1:
        return "yesterday"
    if then.year == now.year:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then:%Y-%m-%d}"


def exactly(moment: str, *, zone: tzinfo | None = None) -> str:
    """Say when something was to the second, in local time: ``2026-01-31 14:05:09``."""
    then = _read(moment)
    return f"{then.astimezone(zone):%Y-%m-%d %H:%M:%S}" if then else moment[:40]


def seconds_between(start: str | None, end: str | None = None) -> float | None:
    """Return the seconds from one moment to another, or to the present; None where none is known."""
    then = _read(start) if start else None
    until = _read(end) if end else present()
    return max(0.0, (until - then).total_seconds()) if then and until else None


def lasting(seconds: float | None) -> str:
    """Say how long something took, in at most eight cells: ``0:07``, ``1:02:03``, ``3 d 4 h``."""
    if seconds is None:
        return ""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def local_day(moment: str, *, zone: tzinfo | None = None) -> str:
    """Return the local day of a moment, ``2026-01-31``; empty for what is no moment."""
    then = _read(moment)
    return f"{then.astimezone(zone):%Y-%m-%d}" if then else ""


def last_days(count: int, *, now: datetime | None = None, zone: tzinfo | None = None) -> list[str]:
    """Return the last so many local days up to today, oldest first."""
    today = (now or present()).astimezone(zone).date()
    return [f"{today - timedelta(days=ago):%Y-%m-%d}" for ago in range(count - 1, -1, -1)]


def _ago(seconds: int) -> str:
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    return f"{seconds // 3600} h ago"


def _read(moment: str) -> datetime | None:
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)

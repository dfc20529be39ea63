"""A copy of the database a day, made by whoever opens it first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from store.backup import backup
from store.errors import StoreError
from store.open import raw_connection
from store.records import utc_now

KEPT_DAYS = 7
"""How many of the daily copies stay, where nothing else was asked for."""


def is_copy_due(database_path: Path, *, clock: Callable[[], str] = utc_now) -> bool:
    """Say whether today's copy of a database is still to be made; a look at one file name.

    Args:
        database_path: The database's file.
        clock: Tells the time, as UTC text: the day is that of UTC.
    """
    return database_path.exists() and not _copy_of(database_path, clock()).exists()


def copy_of_the_day(
    database_path: Path, *, keep: int = KEPT_DAYS, clock: Callable[[], str] = utc_now
) -> Path | None:
    """Copy a database beside it, unless that was done today; older copies than ``keep`` go.

    Others may read and write meanwhile: the copy is what the database was at one moment. None of
    the old copies goes before the new one is whole.

    Args:
        database_path: The database's file; ``plan.db`` gives ``plan.db.day-20260131.bak``.
        keep: How many copies stay; 0 makes none and deletes none.
        clock: Tells the time, as UTC text.

    Returns:
        The copy, or None when there was nothing to do.

    Raises:
        StoreError: It can't be made; the database and the older copies are as they were.
    """
    if keep < 1 or not is_copy_due(database_path, clock=clock):
        return None
    target = _copy_of(database_path, clock())
    with raw_connection(database_path) as connection:
        backup(connection, target)
    for old in daily_copies(database_path)[keep:]:
        try:
            old.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"The old copy {old} can't be deleted: {error.strerror}.") from error
    return target


def daily_copies(database_path: Path) -> list[Path]:
    """Return the daily copies of a database, newest first."""
    name = re.compile(re.escape(database_path.name) + r"\.day-\d{8}\.bak")
    try:
        beside = [*database_path.absolute().parent.iterdir()]
    except OSError:
        return []
    return sorted((path for path in beside if name.fullmatch(path.name)), reverse=True)


def _copy_of(database_path: Path, now: str) -> Path:
    return database_path.with_name(f"{database_path.name}.day-{now[:10].replace('-', '')}.bak")

"""Copies of a database, made while it is in use."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from store.errors import DatabaseBusy, DatabaseUnusable, StoreError

KEPT_COPIES = 3
"""How many of the copies made before migrations stay beside a database."""

_PARTIAL = ".part"
_SIDECARS = ("", "-journal", "-wal", "-shm")


def backup(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database, as it stands at one moment, to a file that only its owner can read.

    The copy is written under a temporary name beside ``target``, checked, and then takes
    its name: ``target`` is never half a database. A file that has the name is replaced.

    Args:
        source: A connection to the database, outside any transaction of its own.
        target: Where the copy goes; its folder exists.

    Raises:
        DatabaseBusy: Another program (or a transaction on ``source``) holds the database.
        DatabaseUnusable: The database is damaged; nothing was left behind.
        StoreError: The copy can't be written there; nothing was left behind.
    """
    if _is_open_in(source, target):
        raise StoreError(f"{target} is the database itself. Give the copy another name.")
    if target.exists() and not (target.is_file() or target.is_dir()):
        # To take the name of a device is to take it from every program there is.
        raise StoreError(f"{target} is no ordinary file. Give the copy another name.")
    try:
        import tempfile  # here: no start but a migration's needs it

        handle, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=_PARTIAL, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise StoreError(
            f"No copy can be written to {target.parent}: {error.strerror}. Choose another folder."
        ) from error
    partial = Path(name)
    try:
        _copy(source, partial)
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        # What sqlite3 has no finer class for is a file that can't be read as a database.
        kind = DatabaseUnusable if type(error) is sqlite3.DatabaseError else StoreError
        raise kind(f"The copy {target} could not be made: {error}.") from error
    finally:
        _discard(partial)


def stamped(database_path: Path, what: str, now: str) -> Path:
    """Return the name of a copy beside a database that says what it is and when it was made.

    Args:
        database_path: The database's file.
        what: What stands before the moment, such as ``replaced-``; may be empty.
        now: The moment, as UTC text.
    """
    moment = re.sub(r"[-:.]", "", now)
    return database_path.with_name(f"{database_path.name}.{what}{moment}.bak")


def copy_before_migration(
    connection: sqlite3.Connection, database_path: Path, clock: Callable[[], str], *, before: str
) -> Path | None:
    """Copy a database that holds data to a file beside it.

    The connection is expected to hold the write lock, so that the copy is what the
    migration starts from and no other process makes one at the same time.

    Args:
        connection: A connection to the database.
        database_path: The database's file; ``plan.db`` gives
            ``plan.db.before-006_action_log-20260131T080000000Z.bak``.
        clock: Tells the time, as UTC text.
        before: The name of the migration that is to run.

    Returns:
        The copy, or None when no table has a row.

    Raises:
        StoreError: The copy can't be made.
    """
    if not _holds_data(connection):
        return None
    for leftover in _beside(database_path, r"\..+" + re.escape(_PARTIAL), hidden=True):
        _discard(leftover)
    target = stamped(database_path, f"before-{before.removesuffix('.sql')}-", clock())
    # A connection that holds the write lock can't be copied from; beside it, another can.
    source = sqlite3.connect(f"{database_path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        backup(source, target)
    finally:
        source.close()
    return target


def prune_copies(database_path: Path, newest: Path) -> None:
    """Delete all but the last few copies that ``copy_before_migration`` made of a database.

    Args:
        database_path: The database's file.
        newest: The copy just made, which stays whatever the clock says of the others.
    """
    others = [copy for copy in _beside(database_path, r"-\d{8}T\d+Z\.bak") if copy != newest]
    others.sort(key=lambda copy: copy.name.rpartition("-")[2], reverse=True)
    for old in others[KEPT_COPIES - 1 :]:
        old.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, partial: Path) -> None:
    copy = sqlite3.connect(partial, isolation_level=None)
    try:
        source.backup(copy, progress=give_up_when_busy)
        # A copy in WAL mode would want two more files beside it to be read.
        copy.execute("PRAGMA journal_mode = DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        copy.close()
    if found != "ok":
        raise DatabaseUnusable(
            f"The database is damaged, so no copy of it was made: {found}. Restore an earlier copy."
        )


def give_up_when_busy(status: int, remaining: int, total: int) -> None:
    """Stop ``Connection.backup``, which on a held database would try again for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise DatabaseBusy("Another program holds the database, so nothing was copied. Try again.")


def _holds_data(connection: sqlite3.Connection) -> bool:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_migrations' "
        "AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_*'"
    ).fetchall()
    return any(
        connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")').fetchone()[0]  # noqa: S608
        for (name,) in tables
    )


def _beside(database_path: Path, ending: str, *, hidden: bool = False) -> list[Path]:
    """Return the files that are named for a copy of the database and end so."""
    start = re.escape(f"{'.' if hidden else ''}{database_path.name}.before-")
    name = re.compile(f"{start}.+{ending}")
    return [path for path in database_path.absolute().parent.iterdir() if name.fullmatch(path.name)]


def _is_open_in(source: sqlite3.Connection, target: Path) -> bool:
    opened = source.execute("PRAGMA database_list").fetchone()[2]
    return bool(opened) and target.exists() and target.samefile(opened)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _discard(partial: Path) -> None:
    for sidecar in _SIDECARS:
        partial.with_name(partial.name + sidecar).unlink(missing_ok=True)

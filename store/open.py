"""``open_store``: from a path to an adapter that is migrated and ready."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.adapter import DbAdapter
from store.errors import DatabaseBusy, DatabaseReadOnly, DatabaseUnusable
from store.migrate import MigrationReport, discover, migrate
from store.records import utc_now

OPEN_TIMEOUT = 5.0
"""Seconds to wait for a locked file when opening it."""

HEADER = b"SQLite format 3\x00"
"""What a SQLite database begins with."""

_SMALLEST = 512


def open_store(
    target: str | Path,
    *,
    clock: Callable[[], str] = utc_now,
    on_migrated: Callable[[MigrationReport], None] | None = None,
    open_timeout: float = OPEN_TIMEOUT,
) -> DbAdapter:
    """Open the plan at ``target``, bringing its tables up to date.

    Args:
        target: A SQLite file's path; a missing file is made, readable by its owner alone.
        clock: Tells the time, as UTC text, for the migration log.
        on_migrated: Told what was done when migrations ran.
        open_timeout: Seconds to wait for a locked file.

    Returns:
        The adapter; nothing stays open until its ``connection()`` is entered.

    Raises:
        DatabaseUnusable: The path can't be opened, isn't a database, or its engine isn't served.
        DatabaseReadOnly: The file or its folder can't be written.
        DatabaseBusy: Another program holds the file.
        MigrationRefused: The file was made by a newer version or another program.
    """
    path = local_path(target)
    made = _make_file(path)
    try:
        with raw_connection(path, open_timeout) as connection:
            report = migrate(connection, discover(), database_path=path, clock=clock)
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        if made and path.exists() and path.stat().st_size == 0:
            path.unlink()
        raise
    if report.applied and on_migrated is not None:
        on_migrated(report)
    from store.sqlite import SqliteAdapter  # here, so that a refusal costs no import of peewee

    return SqliteAdapter(path)


def local_path(target: str | Path) -> Path:
    """Return the file a target names.

    Raises:
        DatabaseUnusable: It is a URL of an engine that this version does not serve.
    """
    text = str(target)
    scheme, found, rest = text.partition("://")
    if not found:
        return Path(text)
    if scheme == "sqlite":
        return Path(rest)
    raise DatabaseUnusable(
        f"{scheme}:// can't be opened: this version keeps plans in SQLite files. "
        "Give the path of a file."
    )


@contextmanager
def raw_connection(path: Path, timeout: float = OPEN_TIMEOUT) -> Iterator[sqlite3.Connection]:
    """Give a bare connection to an existing database, for migrations and backups alone.

    Raises:
        DatabaseUnusable, DatabaseReadOnly, DatabaseBusy: As ``open_store``.
    """
    _check_file(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        yield connection
    except sqlite3.Error as error:
        text = str(error)
        if "not a database" in text:
            _check_header(path)
        if "locked" in text or "busy" in text:
            raise DatabaseBusy(
                f"{path} is locked by another program. Close it or wait for it, then try again."
            ) from error
        if "readonly" in text or "read-only" in text:
            raise DatabaseReadOnly(
                f"{path} can't be written. Make the file and its folder writable, then try again."
            ) from error
        raise DatabaseUnusable(
            f"{path} can't be opened: {text}. Restore a copy of it, or give another path."
        ) from error
    finally:
        if connection is not None:
            connection.close()


def _make_file(path: Path) -> bool:
    """Make an empty file for its owner alone; False when there is a file already."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return False
    except FileNotFoundError as error:
        raise DatabaseUnusable(
            f"{path} can't be made: the folder {path.parent} does not exist. Make it first."
        ) from error
    except PermissionError as error:
        raise DatabaseReadOnly(
            f"{path} can't be made: the folder {path.parent} is not writable. "
            "Make it writable, or give another path."
        ) from error
    except OSError as error:
        raise DatabaseUnusable(
            f"{path} can't be made: {error.strerror}. Give another path."
        ) from error
    return True


def _check_file(path: Path) -> None:
    """Look at a file without opening it: closing it would let go of this process's locks on it.

    That is how POSIX has it, for the locks of every connection to a database (fcntl).
    """
    try:
        seen = path.stat()
        if stat.S_ISDIR(seen.st_mode):
            raise DatabaseUnusable(f"{path} is a folder. Give the path of a file in it.")
        if not stat.S_ISREG(seen.st_mode):
            raise DatabaseUnusable(f"{path} is not a regular file, so it can't hold a plan.")
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise DatabaseUnusable(
            f"{path} can't be opened: {error.strerror}. Give another path."
        ) from error
    if 0 < seen.st_size < _SMALLEST:
        _check_header(path)  # SQLite would take such a file for an empty one
    # A mode without any write bit says the owner wants it kept, even to root.
    writable = seen.st_mode & 0o222 and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if not writable:
        raise DatabaseReadOnly(
            f"{path} is read-only. Make the file and its folder writable, or open a copy."
        )


def _check_header(path: Path) -> None:
    """Refuse what isn't SQLite's; only for a file that no connection can be open to."""
    with path.open("rb") as file:
        header = file.read(len(HEADER))
    if header != HEADER:
        raise DatabaseUnusable(
            f"{path} is not a SQLite database, so it was left alone. Give another path."
        )

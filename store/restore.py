"""Putting a copy in a database's place, while others may have it open, and keeping what was there."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from store.backup import backup, give_up_when_busy, stamped
from store.errors import DatabaseUnusable, StoreError
from store.migrate import discover, migrate
from store.open import HEADER, raw_connection
from store.records import utc_now

PATIENCE = 5.0
"""Seconds to wait for others to let go of the database."""

_SIDECARS = ("-journal", "-wal", "-shm")


class Restored(NamedTuple):
    """What a restore did: where what was there is kept (None when there was nothing)."""

    kept: Path | None
    migrated: tuple[str, ...]


def restore(copy: Path, database_path: Path, *, clock: Callable[[], str] = utc_now) -> Restored:
    """Make a database what a copy of it holds.

    The copy is only read. It is brought up to date and checked before anything else is touched;
    then what the database holds is kept beside it, and the new contents are written in one
    transaction, so that a board that has it open shows them and a crash leaves the old ones. A
    database that is too damaged to be read is moved aside instead.

    Args:
        copy: A backup, or any plan's database.
        database_path: The database's file; made where there is none.
        clock: Tells the time, as UTC text.

    Returns:
        Where what was there is kept, and which migrations the copy had not had.

    Raises:
        StoreError: The copy is damaged, is none of a plan, or is of a newer version; or another
            program holds the database. The database is as it was.
    """
    if database_path.exists() and copy.exists() and database_path.samefile(copy):
        raise StoreError(f"{copy} is the database itself. Name a copy to restore.")
    try:
        folder = tempfile.TemporaryDirectory(
            prefix=f".{database_path.name}.", dir=database_path.absolute().parent
        )
    except OSError as error:
        raise StoreError(
            f"Nothing can be written to {database_path.absolute().parent}: {error.strerror}."
        ) from error
    with folder as name:
        whole = Path(name) / "restored.db"
        with _readable(copy) as source:
            try:
                backup(source, whole)
            except DatabaseUnusable as error:
                raise DatabaseUnusable(
                    f"{copy} can't be restored: it is damaged, or no database. Name another copy."
                ) from error
        migrated = _brought_up_to_date(whole, copy, clock)
        kept = _keep(database_path, clock())
        if database_path.exists():
            _write_over(whole, database_path)
        else:
            whole.rename(database_path)
    return Restored(kept, migrated)


def _readable(copy: Path) -> closing[sqlite3.Connection]:
    """Open a copy to read it and nothing else."""
    if not copy.is_file():
        raise DatabaseUnusable(f"There is no file {copy}. Name the copy to restore.")
    return closing(
        sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    )


def _brought_up_to_date(whole: Path, copy: Path, clock: Callable[[], str]) -> tuple[str, ...]:
    """Run what a copy has not had of the migrations, and check it from end to end."""
    try:
        with raw_connection(whole) as connection:
            if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = '_migrations'"
            ).fetchone():
                raise DatabaseUnusable(f"{copy} holds no plan. Name a copy that a backup made.")
            report = migrate(connection, discover(), database_path=None, clock=clock)
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except DatabaseUnusable as error:
        raise DatabaseUnusable(str(error).replace(str(whole), str(copy))) from error
    if found != "ok":
        raise DatabaseUnusable(f"{copy} is damaged: {found}. Name another copy.")
    return report.applied


def _keep(database_path: Path, now: str) -> Path | None:
    """Keep what a database holds beside it; None where there is nothing."""
    if not database_path.exists() or database_path.stat().st_size == 0:
        return None
    kept = stamped(database_path, "replaced-", now)
    try:
        with raw_connection(database_path, PATIENCE) as connection:
            backup(connection, kept)
    except DatabaseUnusable:
        if not _is_damaged(database_path):
            raise
    else:
        return kept
    for ending in ("", *_SIDECARS):
        part = database_path.with_name(database_path.name + ending)
        if part.exists():
            part.replace(kept.with_name(kept.name + ending))
    return kept


def _is_damaged(database_path: Path) -> bool:
    """Say whether a file that can't be read as a database was one."""
    if not (database_path.is_file() and os.access(database_path, os.R_OK)):
        return False
    with database_path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _write_over(whole: Path, database_path: Path) -> None:
    """Write a database into another in one transaction."""
    with raw_connection(database_path, PATIENCE) as target:
        page_size = target.execute("PRAGMA page_size").fetchone()[0]
        with closing(sqlite3.connect(whole, isolation_level=None)) as source:
            source.execute("PRAGMA journal_mode = DELETE")
            if source.execute("PRAGMA page_size").fetchone()[0] != page_size:
                source.execute(f"PRAGMA page_size = {page_size}")
                source.execute("VACUUM")  # a database in WAL mode keeps the size of its pages
            source.backup(target, progress=_patiently(), sleep=0.05)


def _patiently() -> Callable[[int, int, int], None]:
    """Return what lets a copy wait for others, but not for ever."""
    until = time.monotonic() + PATIENCE

    def look(status: int, remaining: int, total: int) -> None:
        if time.monotonic() > until:
            give_up_when_busy(status, remaining, total)

    return look

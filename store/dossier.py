"""Reads a SQLite database that another program keeps, in place, without changing a byte of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from store.errors import DatabaseBusy, DatabaseUnusable

ROWS_AT_ONCE = 1_000
"""Rows that are read at once."""

TRIES = 3
"""How often a database is copied that another program writes to meanwhile."""

_HEADER = b"SQLite format 3\x00"
_USES_WAL = 2


class Dossier:
    """A database that is read: its tables with their columns, and their rows."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Read which tables and columns there are."""
        self._path = path
        self._connection = connection
        names = [
            row[0]
            for row in self._read(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
                "ESCAPE '~' ORDER BY name"
            )
        ]
        self.tables: dict[str, tuple[str, ...]] = {
            name: tuple(row[1] for row in self._read(f"PRAGMA table_info({_quoted(name)})"))
            for name in names
        }

    def count(self, table: str, column: str | None = None) -> int:
        """Count a table's rows, or those that have a value in a column."""
        what = "*" if column is None else _quoted(column)
        sql = f"SELECT count({what}) FROM {_quoted(table)}"  # noqa: S608  (quoted)
        return int(next(self._read(sql))[0])

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Yield a table's rows in the order they were added, with those of these columns it has."""
        there = [name for name in columns if name in self.tables.get(table, ())]
        if there:
            chosen = ", ".join(_quoted(name) for name in there)
            sql = f"SELECT {chosen} FROM {_quoted(table)}"  # noqa: S608  (quoted)
            for row in self._read(sql):
                yield dict(zip(there, row, strict=True))

    def _read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        try:
            cursor = self._connection.execute(sql)
            while some := cursor.fetchmany(ROWS_AT_ONCE):
                yield from some
        except sqlite3.Error as error:
            raise _explained(self._path, error) from error


@contextmanager
def open_dossier(path: Path) -> Iterator[Dossier]:
    """Open a database for reading alone. Neither it nor anything beside it is written.

    What another program has written and SQLite still keeps beside the file (its ``-wal``) is read from
    a copy, since reading it in place would write there.

    Raises:
        DatabaseUnusable: It can't be read, or is no SQLite database.
        DatabaseBusy: Another program keeps writing to it.
    """
    path = Path(os.path.realpath(path))
    with tempfile.TemporaryDirectory(prefix="planner-dossier-") as folder:
        connection = _connect(path, Path(folder))
        try:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.execute("PRAGMA query_only = 1")
            connection.execute("BEGIN")
            yield Dossier(path, connection)
        except sqlite3.Error as error:
            raise _explained(path, error) from error
        finally:
            connection.close()


def _connect(path: Path, folder: Path) -> sqlite3.Connection:
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "is not there"
            raise DatabaseUnusable(f"{path} {what}. Give the path of a SQLite database.")
        with path.open("rb") as file:
            header = file.read(20)
    except OSError as error:
        raise DatabaseUnusable(f"{path} can't be read: {error.strerror}.") from error
    if not header.startswith(_HEADER) or len(header) < 20:
        raise DatabaseUnusable(f"{path} is not a SQLite database, so there is nothing to import.")
    options = "mode=ro"
    if _USES_WAL in header[18:20]:
        options = "immutable=1"  # without a -wal nobody has it open, and no -shm is made for it
        if _size(_wal(path)):
            path = _copied(path, folder)
            options = "mode=rw"
    address = f"file:{quote(str(path.absolute()))}?{options}"
    try:
        return sqlite3.connect(address, uri=True, timeout=5.0, isolation_level=None)
    except sqlite3.Error as error:
        raise _explained(path, error) from error


def _copied(path: Path, folder: Path) -> Path:
    """Copy a database with what is kept beside it, as both were at one moment."""
    copy = folder / "dossier.db"
    try:
        for _ in range(TRIES):
            before = _moment(path)
            shutil.copyfile(path, copy)
            if _size(_wal(path)):
                shutil.copyfile(_wal(path), _wal(copy))
            else:
                _wal(copy).unlink(missing_ok=True)
            if _moment(path) == before:
                return copy
    except OSError as error:
        raise DatabaseUnusable(
            f"{path} can't be copied to {folder}: {error.strerror}. Make room there, or close the "
            "program that has it open."
        ) from error
    raise DatabaseBusy(f"{path} is being written by another program. Close it, then try again.")


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _moment(path: Path) -> list[tuple[int, int]]:
    found = [one.stat() for one in (path, _wal(path)) if one.exists()]
    return [(one.st_size, one.st_mtime_ns) for one in found]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _explained(path: Path, error: sqlite3.Error) -> DatabaseUnusable | DatabaseBusy:
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseBusy(f"{path} is locked by another program. Close it, then try again.")
    if "readonly" in text:
        return DatabaseUnusable(
            f"{path} was left in the middle of a change. Open it once with the program that made it, "
            "then import it."
        )
    return DatabaseUnusable(f"{path} can't be read: {text}. Nothing was imported.")

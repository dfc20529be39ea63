"""The migration runner: ordered SQL files, each applied once, whole or not at all."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import migrations
from store.backup import copy_before_migration, prune_copies
from store.errors import DatabaseUnusable, MigrationRefused, SearchMissing
from store.records import utc_now

_BREAKS_TRANSACTION = re.compile(
    r"(?:BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH|PRAGMA|VACUUM)\b",
    re.IGNORECASE,
)
_BLANK = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*+", re.DOTALL)

_TABLE = """
CREATE TABLE IF NOT EXISTS _migrations (
  name TEXT PRIMARY KEY NOT NULL,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL
)
"""


class Migration(NamedTuple):
    """One SQL file; its ``name`` is the file's, and gives the order."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the text, in hex; how its lines end makes no difference."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class MigrationState(NamedTuple):
    """Whether a migration has been applied to a database: ``applied_at`` is None when not."""

    name: str
    applied_at: str | None


class MigrationReport(NamedTuple):
    """What ``migrate`` did: the files it applied, and the copy it made before."""

    applied: tuple[str, ...] = ()
    backup: Path | None = None


class _Applied(NamedTuple):
    """A row of ``_migrations``."""

    name: str
    checksum: str
    applied_at: str


def discover(engine: str | Path = "sqlite") -> list[Migration]:
    """Return the migrations of an engine, in the order they run.

    Args:
        engine: The name of a folder of the package ``migrations``, or any folder.

    Raises:
        DatabaseUnusable: There are none for it.
    """
    folder = engine if isinstance(engine, Path) else Path(migrations.__file__).parent / engine
    files = folder.iterdir() if folder.is_dir() else iter(())
    found = [
        Migration(file.name, file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".sql")
    ]
    if not found:
        raise DatabaseUnusable(f"There are no migrations for {engine}. Reinstall planner-tui.")
    return sorted(found, key=lambda migration: migration.name)


def status(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[MigrationState]:
    """Tell which migrations a database has had; nothing is written.

    Args:
        connection: A connection to the database.
        migrations: What this program knows, in order.

    Returns:
        A state for each migration, in order.

    Raises:
        MigrationRefused: As ``migrate`` would, of the files already applied.
        sqlite3.Error: The database can't be read.
    """
    applied = _applied(connection)
    _pending(connection, applied, migrations)
    times = {row.name: row.applied_at for row in applied}
    return [MigrationState(each.name, times.get(each.name)) for each in migrations]


def migrate(
    connection: sqlite3.Connection,
    migrations: Sequence[Migration],
    *,
    database_path: Path | None,
    clock: Callable[[], str] = utc_now,
) -> MigrationReport:
    """Apply the migrations that a database has not had, each in a transaction of its own.

    Any number of processes may do this to one file at once: each file is applied by one
    of them. A database that holds data is copied first. When nothing is pending this is
    one read, and takes no lock. Foreign keys are enforced on the connection afterwards
    whenever something was pending.

    Args:
        connection: A connection in autocommit, outside any transaction, with a busy timeout.
        migrations: What this program knows, in order.
        database_path: The database's file, to make the copy beside; None makes none.
        clock: Tells the time, as UTC text.

    Returns:
        The names applied by this call, and the copy made.

    Raises:
        MigrationRefused: The files and the database disagree, and nothing was changed; or a
            file failed, and the database is as the file before it left it.
        SearchMissing: This Python's sqlite3 has no FTS5.
        StoreError: The copy could not be made; nothing was changed.
        ValueError: The connection is in a transaction.
        sqlite3.Error: The database is locked, read-only or not a database.
    """
    if connection.in_transaction:
        raise ValueError("migrate needs a connection that is outside any transaction")
    pending = _pending(connection, _applied(connection), migrations)
    if not pending:
        return MigrationReport()
    statements = {migration.name: split(migration) for migration in pending}
    applied: list[str] = []
    copy: Path | None = None
    with _foreign_keys_off(connection):
        try:
            while (migration := _lock_for_next(connection, migrations)) is not None:
                if not applied and database_path is not None:
                    copy = copy_before_migration(
                        connection, database_path, clock, before=migration.name
                    )
                _run(connection, migration, statements[migration.name], clock())
                connection.execute("COMMIT")
                applied.append(migration.name)
        except Exception:
            if copy is not None and not applied:
                copy.unlink(missing_ok=True)  # nothing changed, so it is a copy of nothing lost
            raise
    if copy is not None and database_path is not None:
        prune_copies(database_path, copy)
    return MigrationReport(tuple(applied), copy)


def split(migration: Migration) -> list[str]:
    """Cut a migration into its statements.

    Args:
        migration: The file; semicolons in strings, comments and triggers don't end a statement.

    Returns:
        The statements, each with its semicolon.

    Raises:
        MigrationRefused: A statement would end or leave the transaction that the file runs
            in, or the last one is incomplete.
    """
    statements: list[str] = []
    start = 0
    for semicolon in re.finditer(";", migration.sql):
        statement = migration.sql[start : semicolon.end()]
        if not sqlite3.complete_statement(statement):
            continue
        start = semicolon.end()
        statement = _BLANK.sub("", statement, count=1)
        if breaking := _BREAKS_TRANSACTION.match(statement):
            word = breaking[0].upper()
            raise MigrationRefused(
                f"Migration {migration.name} has a {word} statement. A migration runs in one "
                f"transaction, which {word} would break or leave; take the statement out."
            )
        if statement != ";":
            statements.append(statement)
    if not _BLANK.fullmatch(migration.sql, start):
        raise MigrationRefused(
            f"Migration {migration.name} ends in the middle of a statement or comment. "
            "Nothing was changed. Reinstall planner-tui, or end the statement with a semicolon."
        )
    return statements


def _applied(connection: sqlite3.Connection) -> list[_Applied]:
    """Return what a database has had, by name; nothing for a new one."""
    try:
        rows = _read(connection)
    except sqlite3.OperationalError:
        rows = []
    if rows:
        return rows
    names = _names(connection)
    if "_migrations" in names:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(_migrations)")}
        if not columns >= {"name", "checksum", "applied_at"}:
            raise MigrationRefused(
                f"{_file(connection)} is a database of another program: its table _migrations "
                "is not as planner-tui keeps it. It was left alone; open another file."
            )
        # Another process may have made the table just after the first look.
        rows = _read(connection)
    strangers = sorted(names - {"_migrations"})
    if strangers and not rows:
        raise MigrationRefused(
            f"{_file(connection)} is a database of another program: it has "
            f"{', '.join(strangers[:3])}, which planner-tui did not make. "
            "It was left alone; open another file."
        )
    return rows


def _read(connection: sqlite3.Connection) -> list[_Applied]:
    rows = connection.execute("SELECT name, checksum, applied_at FROM _migrations ORDER BY name")
    return [_Applied(*row) for row in rows.fetchall()]


def _names(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT GLOB 'sqlite_*'"
    )
    return {name for (name,) in rows.fetchall()}


def _pending(
    connection: sqlite3.Connection, applied: Sequence[_Applied], migrations: Sequence[Migration]
) -> list[Migration]:
    """Return what is still to be applied, having held what was against the files."""
    known = {migration.name: migration for migration in migrations}
    for row in applied:
        migration = known.get(row.name)
        if migration is None:
            raise MigrationRefused(
                f"{_file(connection)} has had migration {row.name}, which this planner-tui does "
                "not know: a newer version or another program made it. It was left alone; "
                "update planner-tui, or open another file."
            )
        if migration.checksum != row.checksum:
            raise MigrationRefused(
                f"Migration {row.name} was edited after it was applied to {_file(connection)} "
                f"({row.applied_at}). Nothing was changed; reinstall planner-tui, or put the "
                "migration back as it was."
            )
    done = {row.name for row in applied}
    last = max(done, default="")
    pending = [migration for migration in migrations if migration.name not in done]
    for migration in pending:
        if migration.name < last:
            raise MigrationRefused(
                f"{_file(connection)} has had migration {last} but not {migration.name}, which "
                "goes before it. Nothing was changed; restore a copy of the file, or reinstall "
                "planner-tui."
            )
    return pending


def _file(connection: sqlite3.Connection) -> str:
    """Return the name of the database for a message."""
    return connection.execute("PRAGMA database_list").fetchone()[2] or "The database in memory"


@contextmanager
def _foreign_keys_off(connection: sqlite3.Connection) -> Iterator[None]:
    """Let tables be rebuilt: dropping one with foreign keys on would delete its children."""
    connection.execute("PRAGMA foreign_keys = 0")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = 1")


def _lock_for_next(
    connection: sqlite3.Connection, migrations: Sequence[Migration]
) -> Migration | None:
    """Take the write lock and return the next migration; None, and no lock, at the end."""
    connection.execute("BEGIN IMMEDIATE")
    pending = _pending(connection, _applied(connection), migrations)
    if not pending:
        connection.execute("ROLLBACK")
        return None
    return pending[0]


def _run(
    connection: sqlite3.Connection, migration: Migration, statements: Sequence[str], now: str
) -> None:
    """Apply one migration, and record it, in the transaction that is open."""
    try:
        for statement in statements:
            connection.execute(statement).close()
        orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        if "no such module: fts5" in str(error):
            raise SearchMissing from error
        raise MigrationRefused(
            f"Migration {migration.name} failed on {_file(connection)}: {error}. Nothing of it "
            "was kept; go on with the planner-tui you had, and report this."
        ) from error
    if orphan is not None:
        table, _, parent, _ = orphan
        raise MigrationRefused(
            f"Migration {migration.name} would leave rows of {table} in {_file(connection)} that "
            f"refer to rows of {parent} that aren't there. Nothing of it was kept; restore a "
            "copy of the file, or report this."
        )
    connection.execute(_TABLE)
    connection.execute(
        "INSERT INTO _migrations (name, checksum, applied_at) VALUES (?, ?, ?)",
        (migration.name, migration.checksum, now),
    )

"""What can go wrong in the store, each with a message meant for the person reading it."""

from __future__ import annotations


class StoreError(Exception):
    """Something the store could not do; the message says what happened, to what, and what to do next."""


class DatabaseUnusable(StoreError):
    """The database can't be opened: missing folder, no permission, not a database, an unknown URL."""


class DatabaseBusy(StoreError):
    """Another program held the database for longer than the busy timeout."""


class DatabaseReadOnly(StoreError):
    """The database can be read but not written."""


class MigrationRefused(StoreError):
    """The migration files and the database disagree; nothing was changed."""


class SearchMissing(DatabaseUnusable):
    """The sqlite3 of this Python was built without FTS5, which finding texts needs."""

    def __init__(self) -> None:
        super().__init__(
            "This Python's sqlite3 was built without FTS5, SQLite's full-text search, which "
            "planner-tui finds texts with. Run it with a Python that has FTS5, such as the ones of "
            "python.org, Debian, Homebrew or uv. Nothing was changed."
        )


class RowMissing(StoreError):
    """A row that was to be changed isn't there."""


class RowRefused(StoreError):
    """A row breaks a rule of its table: a value that isn't allowed, a duplicate key, a missing parent."""


class UnknownColumn(StoreError):
    """A column was named that its table does not have."""

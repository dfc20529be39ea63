"""``SqliteAdapter``: the seam over one local SQLite file."""

from __future__ import annotations

import builtins
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import peewee

from store import batch_reads, log_reads, overview_reads, run_reads
from store.adapter import DbAdapter, R, Row
from store.errors import (
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnusable,
    RowMissing,
    RowRefused,
    SearchMissing,
    StoreError,
)
from store.models import column_types
from store.records import RECORDS, OrchestrationRun, PlanningAction, Record
from store.statements import Statements

BUSY_TIMEOUT = 30.0
"""Seconds to wait for another program's write before giving up."""

BULK = {"cache_size": -16_384, "temp_store": 2}
"""SQLite's settings while much is written: 16 MiB of the file and all that is temporary in memory."""

MOST_VALUES = 512
"""Values in one IN list; longer ones are asked for in parts."""

MOST_INTEGER = 2**63 - 1
"""SQLite's largest integer: more than any sequence or position."""

LATEST = "~"
"""Text that sorts after every moment."""

HALF_A_PAIR = "A text holds half of a surrogate pair, which no UTF-8 file can keep."
"""Why a text is refused that Python can hold and a file can't."""

KEPT_AFTER_DELETE = frozenset({"event_log"})
"""Tables whose rows outlive what they refer to."""


@cache
def _json_indexes(table: type[Record]) -> tuple[int, ...]:
    return tuple(i for i, (held, _) in enumerate(column_types(table).values()) if held is dict)


@cache
def _children(table_name: str) -> tuple[tuple[type[Record], str], ...]:
    """Return the tables that refer to this one, each with the column that does."""
    return tuple(
        (record, column)
        for record in RECORDS
        for column, parent in record.PARENTS.items()
        if parent == table_name and record.TABLE not in KEPT_AFTER_DELETE
    )


def _stored(value: Any) -> Any:
    """Return a value as SQLite keeps it: lists and dicts as JSON text."""
    if not isinstance(value, list | dict):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError as error:
        raise RowRefused(HALF_A_PAIR) from error


class SqliteAdapter(DbAdapter):
    """A SQLite file in WAL mode, one connection a thread.

    Made by ``store.open.open_store``, which migrates the file first.
    """

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Describe the database at ``path``; nothing is opened yet.

        Args:
            path: The file, which exists and has been migrated.
            busy_timeout: Seconds to wait for another program's write.
        """
        self.path = path
        self._database = peewee.SqliteDatabase(
            str(path),
            pragmas=(("foreign_keys", 1), ("synchronous", "NORMAL")),
            timeout=busy_timeout,
            autoconnect=False,
        )
        self._statements = Statements(self._database)

    @contextmanager
    def connection(self) -> Iterator[None]:
        with self._entered(self._database.connection_context()):
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._database.in_transaction():
            with self._entered(self._database.savepoint()):
                yield
        else:
            with self._entered(self._database.transaction("IMMEDIATE")):
                yield
                self._index_texts()

    @contextmanager
    def bulk(self) -> Iterator[None]:
        # With triggers on, SQLite keeps a way back for every statement. It is small, and yet it is
        # written to a temporary file unless told otherwise: seven times what the rows themselves take.
        usual = {name: self._rows(f"PRAGMA {name}")[0][0] for name in BULK}
        for name, value in BULK.items():
            self._rows(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in usual.items():
                self._rows(f"PRAGMA {name} = {value}")

    @contextmanager
    def view(self) -> Iterator[None]:
        if self._database.in_transaction():
            yield
        else:
            with self._entered(self._database.transaction("DEFERRED")):
                yield

    def get(self, table: type[R], *key: str) -> R | None:
        self._check_key(table, key)
        sql = self._statements.select(table, tuple((name, 1) for name in table.KEY))
        rows = self._execute(sql, key).fetchall()
        return self._record(table, rows[0]) if rows else None

    def list(
        self, table: type[R], *, limit: int | None = None, newest_first: bool = False, **where: Any
    ) -> builtins.list[R]:
        found: builtins.list[R] = []
        parts = self._parts(where)
        for part in parts:
            shape, values = self._shape(part)
            sql = self._statements.select(table, shape, newest_first, limit is not None)
            if limit is not None:
                values.append(limit)
            found += [self._record(table, row) for row in self._execute(sql, values)]
        if len(parts) > 1:
            found.sort(key=lambda record: _order(record, table), reverse=newest_first)
        return found[:limit]

    def count(self, table: type[Record], **where: Any) -> int:
        total = 0
        for part in self._parts(where):
            shape, values = self._shape(part)
            total += self._execute(self._statements.count(table, shape), values).fetchone()[0]
        return total

    def insert(self, record: Record) -> None:
        self._write(record, self._statements.insert(type(record)), self._values(record))

    def insert_many(self, records: Iterable[Record]) -> None:
        with self.transaction():
            for table, rows in groupby(records, type):
                self._insert_alike(table, [*rows])

    def update(self, table: type[Record], *key: str, **values: Any) -> None:
        self._check_key(table, key)
        # peewee writes columns in the table's order, so the values go in that order too.
        in_order = sorted(values, key=[*column_types(table), *values].index)
        sql = self._statements.update(table, tuple(in_order))
        given = [_stored(values[name]) for name in in_order]
        if self._write((table, key), sql, [*given, *key]).rowcount == 0:
            raise RowMissing(f"There is no {_words(table)} {_named(key)} to change.")

    def delete(self, table: type[Record], *key: str) -> None:
        self._check_key(table, key)
        if self._write((table, key), self._statements.delete(table), key).rowcount == 0:
            raise RowMissing(f"There is no {_words(table)} {_named(key)} to delete.")

    def upsert(self, record: R) -> R:
        table = type(record)
        self._write(record, self._statements.upsert(table), self._values(record))
        natural = table.NATURAL_KEY or table.KEY
        return self.list(table, **{name: getattr(record, name) for name in natural})[0]

    def shift(self, table: type[Record], parent_id: str, start: int, stop: int, by: int) -> None:
        parent = next(iter(table.PARENTS))
        self._execute(
            f'UPDATE "{table.TABLE}" SET "position" = "position" + ? '  # noqa: S608  (names of our own)
            f'WHERE "{parent}" = ? AND "position" >= ? AND "position" < ?',
            (by, parent_id, start, stop),
        )

    def positions(self, table: type[Record], parent_id: str) -> Sequence[Row]:
        parent, order = next(iter(table.PARENTS)), ", ".join(f'"{name}"' for name in table.ORDER)
        return self._rows(
            f'SELECT "id", "position" FROM "{table.TABLE}" '  # noqa: S608  (names of our own)
            f'WHERE "{parent}" = ? ORDER BY {order}',
            parent_id,
        )

    def subtree(self, table: type[Record], *key: str) -> builtins.list[Record]:
        root = self.get(table, *key)
        if root is None:
            return []
        found: dict[type[Record], dict[tuple[Any, ...], Record]] = {table: {key: root}}
        # RECORDS stands parents before children, so one pass sees every parent first.
        for parent in RECORDS:
            above = found.get(parent)
            if not above or parent.KEY != ("id",):
                continue
            ids = [record_key[0] for record_key in above]
            for child, column in _children(parent.TABLE):
                rows = found.setdefault(child, {})
                where: dict[str, Any] = {column: ids}
                for row in self.list(child, **where):
                    rows[tuple(getattr(row, name) for name in child.KEY)] = row
        return [row for record in RECORDS for row in found.get(record, {}).values()]

    def actions_between(
        self,
        project_id: str,
        after: int = 0,
        before: int | None = None,
        *,
        limit: int,
        newest_first: bool = False,
    ) -> builtins.list[PlanningAction]:
        columns = ", ".join(f'"{name}"' for name in column_types(PlanningAction))
        rows = self._rows(
            f"SELECT {columns} FROM planning_action "  # noqa: S608  (names of our own)
            "WHERE project_id = ? AND sequence > ? AND sequence < ? "
            f"ORDER BY sequence {'DESC' if newest_first else 'ASC'} LIMIT ?",
            project_id,
            after,
            MOST_INTEGER if before is None else before,
            limit,
        )
        return [self._record(PlanningAction, row) for row in rows]

    def action_batches(
        self,
        project_id: str,
        *,
        before: int | None = None,
        limit: int,
        batch_ids: Sequence[str] | None = None,
    ) -> Sequence[Row]:
        end = MOST_INTEGER if before is None else before
        if batch_ids is None:
            values: tuple[Any, ...] = (project_id, end, project_id, project_id, limit, project_id)
            rows = self._rows(log_reads.BATCHES, *values)
        else:
            chosen = msgspec.json.encode(batch_ids).decode()
            rows = self._rows(log_reads.SOME_BATCHES, chosen, project_id, end, limit, project_id)
        return [(*row[:7], _object(row[7]), _object(row[8]), *row[9:]) for row in rows]

    def undoing_batches(self, project_id: str) -> Sequence[Row]:
        return self._rows(log_reads.TAKEN_BACK, project_id)

    def action_words(self, project_id: str) -> Sequence[Row]:
        rows = self._rows(log_reads.ACTION_WORDS, project_id)
        return [(*row[:3], _object(row[3]), row[4]) for row in rows]

    def batches_of_card(self, project_id: str, card_id: str) -> Sequence[Row]:
        return self._rows(log_reads.BATCHES_OF_CARD, project_id, card_id, card_id)

    def events(
        self,
        project_id: str,
        *,
        before: tuple[str, str] | None = None,
        limit: int,
        refused: bool = False,
        archived: bool = False,
    ) -> Sequence[Row]:
        parts = [log_reads.EVENTS]
        if refused:
            parts.append(log_reads.REFUSED)
        if archived:
            parts.append(log_reads.ARCHIVED)
        moment, row_id = before or (LATEST, "")
        values = {"project": project_id, "moment": moment, "id": row_id, "limit": limit}
        rows = self._execute(
            f"{'UNION ALL'.join(parts)} {log_reads.NEWEST_FIRST}",
            values,
        )
        return [(*row[:5], _object(row[5]), _object(row[6]), *row[7:]) for row in rows]

    def data_version(self) -> int:
        return int(self._rows("PRAGMA data_version")[0][0])

    def board_columns(self, project_id: str) -> Sequence[Row]:
        return self._rows(batch_reads.BOARD_COLUMNS, project_id)

    def board_cards(
        self,
        project_id: str,
        activity_ids: Sequence[str] | None = None,
        below: int | None = None,
    ) -> Sequence[Row]:
        if activity_ids is None:
            return self._rows(batch_reads.BOARD_CARDS_OF_PROJECT, project_id)
        chosen = msgspec.json.encode(activity_ids).decode()
        bound = MOST_INTEGER if below is None else below
        return self._rows(batch_reads.BOARD_CARDS_OF_ACTIVITIES, chosen, bound)

    def card_details(self, card_ids: Sequence[str]) -> Sequence[Row]:
        return self._rows(batch_reads.CARD_DETAILS, msgspec.json.encode(card_ids).decode())

    def search(
        self, words: Sequence[str], *, project_id: str | None = None, limit: int
    ) -> Sequence[Row]:
        match = _match(words)
        if not match:
            return []
        if not self._database.in_transaction() and self._is_any_text_waiting():
            with self.transaction():
                pass  # something was written outside of one; its end has it indexed
        if project_id is None:
            return self._rows(batch_reads.SEARCH_ALL, match, limit, match)
        return self._rows(batch_reads.SEARCH_PROJECT, match, project_id, limit, match)

    def what_is_missing(self, project_id: str) -> Row:
        return self._rows(overview_reads.WHAT_IS_MISSING, project_id)[0]

    def open_questions(self, project_id: str, *, limit: int) -> Sequence[Row]:
        return self._rows(overview_reads.OPEN_QUESTIONS, project_id, limit)

    def changes_since(self, project_id: str, moment: str) -> Sequence[Row]:
        return self._rows(overview_reads.CHANGES_SINCE, project_id, moment)

    def project_readiness(self) -> Sequence[Row]:
        return self._rows(batch_reads.PROJECT_READINESS)

    def project_counts(self) -> Sequence[Row]:
        return self._rows(batch_reads.PROJECT_COUNTS)

    def runs(self, project_id: str, *, limit: int) -> builtins.list[OrchestrationRun]:
        rows = self._rows(run_reads.RUNS, project_id, limit, project_id)
        return [self._record(OrchestrationRun, row) for row in rows]

    def below_runs(
        self, table: type[R], run_ids: Sequence[str], *, whole: bool = False
    ) -> builtins.list[R]:
        chosen = msgspec.json.encode(run_ids).decode()
        rows = self._rows(run_reads.below_runs(table, whole), chosen)
        return [self._record(table, row) for row in rows]

    def run_names(self, run_ids: Sequence[str]) -> Sequence[Row]:
        return self._rows(run_reads.RUN_NAMES, msgspec.json.encode(run_ids).decode())

    def run_ids(self, part: str, *, limit: int) -> Sequence[Row]:
        return self._rows(run_reads.RUN_IDS, part, limit)

    def waiting_runs(self, project_id: str) -> int:
        return int(self._rows(run_reads.COUNT_WAITING_RUNS, project_id)[0][0])

    def card_build(self, card_id: str) -> Sequence[Row]:
        return self._rows(run_reads.CARD_BUILD, card_id)

    def _index_texts(self) -> None:
        """Have the texts indexed that triggers have noted since the last time."""
        if self._is_any_text_waiting():
            self._execute(batch_reads.INDEX_WAITING_TEXTS, ())
            self._execute(batch_reads.NO_TEXT_IS_WAITING, ())

    def _is_any_text_waiting(self) -> bool:
        return bool(self._rows(batch_reads.IS_ANY_TEXT_WAITING))

    @contextmanager
    def _entered(self, context: Any) -> Iterator[None]:
        """Enter and leave a context of peewee's; what it raises is told in our words."""
        try:
            context.__enter__()
        except peewee.PeeweeException as error:
            raise self._explained(error) from error
        try:
            yield
        except BaseException as error:
            context.__exit__(type(error), error, error.__traceback__)
            raise
        try:
            context.__exit__(None, None, None)
        except peewee.PeeweeException as error:
            raise self._explained(error) from error

    def _rows(self, sql: str, *values: Any) -> builtins.list[Row]:
        rows: builtins.list[Row] = self._execute(sql, values).fetchall()
        return rows

    def _execute(self, sql: str, values: Sequence[Any] | dict[str, Any]) -> Any:
        # peewee keeps the connections, but its own way to execute costs as much again as SQLite's.
        try:
            return self._database.cursor().execute(sql, values)  # type: ignore[no-untyped-call]
        except UnicodeEncodeError as error:
            raise RowRefused(HALF_A_PAIR) from error
        except sqlite3.IntegrityError:
            raise  # ``_write`` names the row
        except (sqlite3.Error, peewee.PeeweeException) as error:
            raise self._explained(error) from error

    def _write(
        self,
        subject: Record | tuple[type[Record], tuple[str, ...]],
        sql: str,
        values: Sequence[Any],
    ) -> Any:
        try:
            return self._execute(sql, values)
        except sqlite3.IntegrityError as error:
            if isinstance(subject, Record):
                table, key = type(subject), tuple(getattr(subject, k) for k in subject.KEY)
            else:
                table, key = subject
            columns = ", ".join(f"{table.TABLE}.{name}" for name in table.KEY)
            if str(error).endswith(f"UNIQUE constraint failed: {columns}"):
                raise RowRefused(f"There is a {_words(table)} {_named(key)} already.") from error
            raise RowRefused(f"The {_words(table)} {_named(key)} was refused: {error}.") from error

    def _explained(self, error: Exception) -> StoreError:
        text = str(error)
        if "locked" in text or "busy" in text:
            return DatabaseBusy(
                f"{self.path} is held by another program. Wait for it or close it, then try again."
            )
        if "readonly" in text or "read-only" in text:
            return DatabaseReadOnly(
                f"{self.path} can't be written. Make the file and its folder writable, then try again."
            )
        if "disk is full" in text:
            return DatabaseUnusable(f"The disk of {self.path} is full. Nothing was changed.")
        if "no such module: fts5" in text:
            return SearchMissing()
        return DatabaseUnusable(f"{self.path} could not be used: {text}.")

    def _record(self, table: type[R], row: Sequence[Any]) -> R:
        values = [*row]
        for index in _json_indexes(table):
            if values[index] is not None:
                values[index] = msgspec.json.decode(values[index])
        try:
            return msgspec.convert(dict(zip(column_types(table), values, strict=True)), table)
        except msgspec.ValidationError as error:
            raise DatabaseUnusable(
                f"{self.path} holds a {_words(table)} that can't be read: {error}."
            ) from error

    def _values(self, record: Record) -> builtins.list[Any]:
        values = [*msgspec.structs.astuple(record)]
        for index in _json_indexes(type(record)):
            if values[index] is not None:
                values[index] = _stored(values[index])
        return values

    def _insert_alike(self, table: type[Record], rows: builtins.list[Record]) -> None:
        if len(rows) == 1:
            self.insert(rows[0])
            return
        values = [self._values(row) for row in rows]
        try:
            with self.transaction():
                self._database.cursor().executemany(  # type: ignore[no-untyped-call]
                    self._statements.insert(table), values
                )
        except (sqlite3.Error, UnicodeEncodeError):
            for row in rows:
                self.insert(row)  # comes to the one that is refused, and names it

    def _check_key(self, table: type[Record], key: tuple[str, ...]) -> None:
        if len(key) != len(table.KEY):
            raise TypeError(f"{table.__name__} is named by {', '.join(table.KEY)}, got {key!r}")

    def _parts(self, where: dict[str, Any]) -> builtins.list[dict[str, Any]]:
        """Split a where clause so that no IN list is longer than SQLite takes well."""
        for name, value in where.items():
            if isinstance(value, list | tuple) and len(value) > MOST_VALUES:
                unique = [*dict.fromkeys(value)]
                slices = (unique[i : i + MOST_VALUES] for i in range(0, len(unique), MOST_VALUES))
                return [part for s in slices for part in self._parts({**where, name: s})]
        return [where]

    def _shape(
        self, where: dict[str, Any]
    ) -> tuple[tuple[tuple[str, int | None], ...], builtins.list[Any]]:
        shape: builtins.list[tuple[str, int | None]] = []
        values: builtins.list[Any] = []
        for name, value in where.items():
            if value is None:
                shape.append((name, None))
            elif isinstance(value, list | tuple):
                # Padded to a power of two, so that few statements serve lists of any length.
                size = max(2, 1 << (len(value) - 1).bit_length()) if value else 2
                shape.append((name, size))
                values += [*value, *([value[-1] if value else None] * (size - len(value)))]
            else:
                shape.append((name, 1))
                values.append(_stored(value))
        return tuple(shape), values


def _order(record: Record, table: type[Record]) -> tuple[tuple[bool, Any], ...]:
    """Return a sort key that, like SQLite, puts null first."""
    return tuple((getattr(record, n) is not None, getattr(record, n)) for n in table.ORDER)


def _match(words: Sequence[str]) -> str:
    """Return the query for words that must all match as beginnings; quoted, none is syntax."""
    # A word without a letter or digit has nothing to match, and half a pair is in no text.
    said = [word.replace("\x00", " ") for word in words if any(map(str.isalnum, word))]
    match = " AND ".join(_beginning(word) for word in said)
    return match if _is_utf8(match) else ""


def _beginning(word: str) -> str:
    """Return the query for what begins with a word; one that ends in a mark is whole."""
    is_whole = unicodedata.category(word[-1])[0] not in "LNM"
    return '"' + word.replace('"', '""') + ('"' if is_whole else '"*')


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _object(text: str | None) -> dict[str, Any]:
    """Return a JSON object that was read as text; an empty one for null."""
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}


def _words(table: type[Record]) -> str:
    return table.TABLE.replace("_", " ")


def _named(key: Sequence[str]) -> str:
    return " / ".join(key)

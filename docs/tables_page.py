"""The reference of the tables, written from the records and from a database that was migrated step by step."""

from __future__ import annotations

import enum
import inspect
import re
import sqlite3
import typing
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import msgspec

from store.migrate import discover, migrate
from store.models import column_types
from store.records import RECORDS, Record

INTRODUCTION = """\
A plan is one SQLite file. These are its tables, as they are once every migration has run; their names and columns are what the
program, its exports and its planning actions call things, too. Look all you like, such as with `sqlite3 -readonly plan.db`, but
change a plan only through [planning actions](planning-actions.md): what is written past them has no history and can't be undone.

- An id is text, chosen by whoever made the row. A moment is UTC text such as `2026-01-31T08:00:00.000Z`.
- *since* is the migration that made the column, of `migrations/sqlite`. A database tells which it has had in `_migrations`:
  `planner-tui migrate --status` lists them.
- *with it* says what becomes of a row when the one that it refers to is deleted.
"""

OWN = {
    "_migrations": "Which migrations have run: the name of each, its checksum, and when.",
    "search_": "The index that finding looks into, and what waits to be indexed. Any of it can be made anew from the other "
    "tables; its shape is no promise.",
}
"""Tables that have no record: what the store keeps for itself, by how their names begin."""

BECOMES = {
    "CASCADE": "goes",
    "SET NULL": "stays, without it",
    "RESTRICT": "keeps it",
    "NO ACTION": "keeps it",
}
"""What becomes of a row whose parent is deleted."""


class Reference(NamedTuple):
    """Which column of which table a column refers to, and what a delete there does here."""

    table: str
    column: str
    on_delete: str


class Schema(NamedTuple):
    """What a migrated database tells: when each column came, how it is, what it refers to."""

    since: dict[tuple[str, str], str]
    columns: dict[str, dict[str, tuple[str, bool, str | None]]]
    references: dict[tuple[str, str], Reference]
    unique: dict[str, list[tuple[str, ...]]]
    own: set[str]


def page() -> str:
    """Return docs/tables.md: every table with its columns."""
    schema = read_schema()
    lines = [
        "# Tables\n",
        "<!-- Written by docs/generate.py; change the program, then run it. -->\n",
    ]
    lines += [INTRODUCTION, "| table | what a row is |", "|---|---|"]
    lines += [f"| [{each.TABLE}](#{each.TABLE}) | {_summary(each)} |" for each in RECORDS]
    for record in RECORDS:
        lines += ["", *_table(record, schema)]
    lines += ["\n## What the store keeps for itself\n"]
    for begins, words in OWN.items():
        names = ", ".join(f"`{name}`" for name in sorted(schema.own) if name.startswith(begins))
        lines.append(f"- {names}: {words}")
    return "\n".join(lines) + "\n"


def read_schema() -> Schema:
    """Migrate a database in memory, one migration after the other, and look at it after each."""
    since: dict[tuple[str, str], str] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations = discover()
        for count, migration in enumerate(migrations, start=1):
            migrate(connection, migrations[:count], database_path=None)
            now = {
                (table, name)
                for table in _tables(connection)
                for name in _columns(connection, table)
            }
            # A table that is rebuilt keeps its columns, and when they came.
            since = {each: since.get(each, migration.name) for each in now}
        tables = _tables(connection)
        known = {record.TABLE for record in RECORDS}
        references = {
            (table, row[3]): Reference(row[2], row[4] or "id", row[6])
            for table in tables
            for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')
        }
        return Schema(
            since,
            {table: _columns(connection, table) for table in tables},
            references,
            {table: _unique(connection, table) for table in tables},
            set(tables) - known,
        )


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [name for (name,) in rows]


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool, str | None]]:
    """Return each column's type, whether it may be null, and its default."""
    return {
        row[1]: (row[2], not row[3] and not row[5], row[4])
        for row in connection.execute(f'PRAGMA table_info("{table}")')
    }


def _unique(connection: sqlite3.Connection, table: str) -> list[tuple[str, ...]]:
    """Return which columns together are given once, without the primary key."""
    found = []
    for row in connection.execute(f'PRAGMA index_list("{table}")').fetchall():
        _, name, is_unique, origin, is_partial = row
        if is_unique and origin != "pk":
            info = connection.execute(f'PRAGMA index_info("{name}")')
            words = " (in some rows)" if is_partial else ""
            found.append((*(str(each[2]) for each in info), *([words] if words else [])))
    return sorted(found)


def _summary(record: type[Record]) -> str:
    return _words(record).split("\n\n")[0].replace("\n", " ")


def _words(record: type[Record]) -> str:
    return re.sub(r"``([^`]+)``", r"`\1`", inspect.cleandoc(record.__doc__ or ""))


def _table(record: type[Record], schema: Schema) -> Iterator[str]:
    yield f"## {record.TABLE}\n"
    yield f"{_words(record)}\n"
    keys = [f"Key {_named(record.KEY)}"]
    for columns in schema.unique[record.TABLE]:
        some = " where it is not null" if columns[-1].startswith(" ") else ""
        names = columns[:-1] if some else columns
        keys.append(f"each {_named(names)} once{some}")
    yield f"{'; '.join(keys)}.\n"
    yield "| column | type | null | values | without one | refers to | with it | since |"
    yield "|---|---|---|---|---|---|---|---|"
    values = _values(record)
    held = column_types(record)
    for name, (kind, nullable, default) in schema.columns[record.TABLE].items():
        reference = schema.references.get((record.TABLE, name))
        to = f"[{reference.table}](#{reference.table}).{reference.column}" if reference else ""
        becomes = BECOMES.get(reference.on_delete, reference.on_delete.lower()) if reference else ""
        cells = (
            f"`{name}`",
            "JSON" if held[name][0] is dict else kind.lower(),
            "yes" if nullable else "",
            ", ".join(f"`{value}`" for value in values.get(name, ())),
            _default(default),
            to,
            becomes,
            schema.since[record.TABLE, name].partition("_")[0],
        )
        yield f"| {' | '.join(cells)} |"


def _default(default: str | None) -> str:
    if default is None:
        return ""
    return "the moment" if default.startswith("strftime(") else f"`{default}`"


def _named(columns: tuple[str, ...]) -> str:
    return " + ".join(f"`{column}`" for column in columns)


def _values(record: type[Record]) -> dict[str, list[Any]]:
    """Return the values of each column that takes only some."""
    found: dict[str, list[Any]] = {}
    hints = typing.get_type_hints(record)
    for field in msgspec.structs.fields(record):
        hint = hints[field.name]
        for choice in typing.get_args(hint) or (hint,):
            if isinstance(choice, type) and issubclass(choice, enum.Enum):
                found[field.name] = [each.value for each in choice]
    return found

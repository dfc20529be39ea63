"""SQL text for the adapter's methods, written by peewee once per shape and then reused.

Writing a statement costs peewee several times what SQLite needs to run it, and an
importer runs the same few a hundred thousand times; so a statement is kept by what it
depends on (table, columns) and only its values change.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import peewee

from store.errors import UnknownColumn
from store.models import build_model, column_types
from store.records import Record

Shape = tuple[tuple[str, int | None], ...]
"""A where clause: each column with the number of values it may have, None for null."""


class Statements:
    """The statements for one database's dialect."""

    def __init__(self, database: peewee.Database) -> None:
        self._database = database
        self._model = cache(lambda table: build_model(table, database))
        self.select = cache(self._select)
        self.count = cache(self._count)
        self.insert = cache(self._insert)
        self.update = cache(self._update)
        self.delete = cache(self._delete)
        self.upsert = cache(self._upsert)

    def _column(self, table: type[Record], name: str) -> Any:
        if name not in column_types(table):
            columns = ", ".join(column_types(table))
            raise UnknownColumn(f"Table {table.TABLE} has no column {name!r}; it has {columns}.")
        return getattr(self._model(table), name)

    def _where(self, table: type[Record], shape: Shape) -> list[Any]:
        clauses: list[Any] = [] if shape else [peewee.SQL("1 = 1")]
        for name, size in shape:
            column = self._column(table, name)
            if size is None:
                clauses.append(column.is_null())
            elif size == 1:
                clauses.append(column == "")
            else:
                clauses.append(column.in_([""] * size))
        return clauses

    def _key(self, table: type[Record]) -> Shape:
        return tuple((name, 1) for name in table.KEY)

    def _select(
        self, table: type[Record], shape: Shape, newest_first: bool = False, limited: bool = False
    ) -> str:
        model = self._model(table)
        columns = [getattr(model, name) for name in table.ORDER]
        order = [column.desc() if newest_first else column.asc() for column in columns]
        query = model.select().where(*self._where(table, shape)).order_by(*order)
        return str((query.limit(1) if limited else query).sql()[0])

    def _count(self, table: type[Record], shape: Shape) -> str:
        model = self._model(table)
        query = model.select(peewee.fn.COUNT(peewee.SQL("*"))).where(*self._where(table, shape))
        return str(query.sql()[0])

    def _insert(self, table: type[Record]) -> str:
        values = {self._column(table, name): None for name in column_types(table)}
        return str(self._model(table).insert(values).sql()[0])

    def _update(self, table: type[Record], names: tuple[str, ...]) -> str:
        values = {self._column(table, name): None for name in names}
        query = self._model(table).update(values).where(*self._where(table, self._key(table)))
        return str(query.sql()[0])

    def _delete(self, table: type[Record]) -> str:
        query = self._model(table).delete().where(*self._where(table, self._key(table)))
        return str(query.sql()[0])

    def _upsert(self, table: type[Record]) -> str:
        target = table.NATURAL_KEY or table.KEY
        kept = {*target, *table.KEY, "created_at"}
        changed = [name for name in column_types(table) if name not in kept]
        values = {self._column(table, name): None for name in column_types(table)}
        query = (
            self._model(table)
            .insert(values)
            .on_conflict(
                conflict_target=[self._column(table, name) for name in target],
                preserve=[self._column(table, name) for name in changed],
            )
        )
        return str(query.sql()[0])

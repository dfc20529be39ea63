"""The peewee models, built from the records for one database by a factory.

A record is the only Python definition of its table; these models add what peewee needs
to write SQL for whichever engine the database is. They are bound to the database they
are built for and never leave ``store``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import peewee

from store.records import Record

_FIELDS: dict[type, type[peewee.Field]] = {
    int: peewee.IntegerField,
    float: peewee.DoubleField,
}


@cache
def column_types(table: type[Record]) -> dict[str, tuple[type, bool]]:
    """Return, for each column of a table, what it holds and whether it may be null.

    What it holds is ``str``, ``int``, ``float``, or ``dict`` for JSON (lists included);
    an enum's column holds ``str``.
    """
    types: dict[str, tuple[type, bool]] = {}
    info = msgspec.inspect.type_info(table)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101  (narrows for the type checker)
    for field in info.fields:
        choices = (
            field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        )
        nullable = any(isinstance(choice, msgspec.inspect.NoneType) for choice in choices)
        held = next(c for c in choices if not isinstance(c, msgspec.inspect.NoneType))
        match held:
            case msgspec.inspect.IntType():
                types[field.name] = (int, nullable)
            case msgspec.inspect.FloatType():
                types[field.name] = (float, nullable)
            case msgspec.inspect.DictType() | msgspec.inspect.ListType():
                types[field.name] = (dict, nullable)
            case _:
                types[field.name] = (str, nullable)
    return types


def build_model(table: type[Record], database: peewee.Database) -> type[peewee.Model]:
    """Make the peewee model of a record, bound to this database.

    Foreign keys are plain columns here: the tables' own rules hold them, and a model
    that followed them by itself would query behind the adapter's back.
    """
    fields: dict[str, Any] = {
        name: _FIELDS.get(held, peewee.TextField)(null=nullable)
        for name, (held, nullable) in column_types(table).items()
    }
    meta: dict[str, Any] = {"database": database, "table_name": table.TABLE}
    if table.KEY == ("id",):
        fields["id"] = peewee.TextField(primary_key=True)
    else:
        meta["primary_key"] = peewee.CompositeKey(*table.KEY)
    fields["Meta"] = type("Meta", (), meta)
    return type(table.__name__, (peewee.Model,), fields)

"""Exports all of a project as one JSON document, a row a line, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from planner.plan_rows import read_rows
from store.adapter import DbAdapter
from store.records import Project

FORMAT = "planner-tui"
"""What a document says it is."""

VERSION = 1
"""Which shape it has; another one once a program that knows this shape could not read it."""


def export_json(db: DbAdapter, project: Project) -> Iterator[bytes]:
    """Yield a project as JSON, a row at a time; ``planner-tui import json`` reads it back."""
    encode = msgspec.json.Encoder().encode
    yield b'{"format":%b,"version":%d,"tables":{' % (encode(FORMAT), VERSION)
    before = b"\n"
    for table, rows in read_rows(db, project):
        yield before + encode(table.TABLE) + b":["
        before = b",\n"
        first = True
        for row in rows:
            yield (b"\n" if first else b",\n") + encode(row)
            first = False
        yield b"]"
    yield b"\n}}\n"

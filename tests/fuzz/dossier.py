"""Dossiers with odd values, tables and bytes: refused or brought, the same again, never a byte changed."""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from planner.exporters.json import export_json
from planner.importers.dossier import import_dossier, read_dossier
from planner.importers.wanted import ImportRefused
from store.migrate import discover
from store.records import RECORDS, Project
from tests.fuzz.making import broken, keeping, store, text, traces
from tests.store.rows import full_plan, put_all

VALUES = (
    None,
    0,
    -1,
    7,
    2**62,
    1.5,
    b"\xff\x00",
    "",
    "[]",
    "{}",
    "[1",
    "card-1",
    "todo",
    "2026-01-31",
)


@cache
def whole(last: str) -> bytes:
    """Return a dossier after a migration, one row in every table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.db"
        with closing(sqlite3.connect(path)) as connection:
            for migration in discover():
                if migration.name[:3] <= last:
                    connection.executescript(migration.sql)
            put_all(connection, full_plan())
            connection.commit()
        return path.read_bytes()


def spoil(random: Random, path: Path) -> None:
    """Write odd values into some columns, delete some rows, add some columns and tables."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        there = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        tables = [record for record in RECORDS if record.TABLE in there]
        for _ in range(random.randint(0, 8)):
            record = random.choice(tables)
            value: Any = text(random) if random.random() < 0.3 else random.choice(VALUES)
            column = random.choice(record.__struct_fields__)
            for sql, values in (
                (f"UPDATE {record.TABLE} SET {column} = ?", (value,)),
                (f"DELETE FROM {record.TABLE}", ()),
                (f"ALTER TABLE {record.TABLE} ADD COLUMN own DEFAULT 3", ()),
                (f"ALTER TABLE {record.TABLE} DROP COLUMN {column}", ()),
                ("CREATE TABLE own AS SELECT * FROM card", ()),
            ):
                if random.random() < (0.8 if values else 0.05):
                    try:
                        connection.execute(sql, values)
                    except sqlite3.Error:
                        continue
        connection.commit()


def one_try(random: Random) -> None:
    """Bring a dossier that was spoiled, and one whose bytes are broken."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.db"
        path.write_bytes(whole(random.choice(["003", "004", "005", "009"])))
        spoil(random, path)
        brought_or_refused(path)
        path.write_bytes(broken(random, path.read_bytes()))
        brought_or_refused(path)


def brought_or_refused(path: Path) -> None:
    """Bring a dossier twice, or have it refused with reasons and no trace; it stays as it is."""
    before, moment = path.read_bytes(), path.stat().st_mtime_ns
    with keeping(path), store() as db:
        reports, problems = [], []
        try:
            reports = import_dossier(db, read_dossier(path))
        except ImportRefused as refused:
            problems = refused.problems
        if problems:
            assert all(problem.reason for problem in problems)
            assert traces(db) == (0, 0)
        else:
            assert reports
            assert all(b"".join(export_json(db, project)) for project in db.list(Project))
            try:
                reports = import_dossier(db, read_dossier(path))
            except ImportRefused as refused:  # of two that have one id it can't tell which changed
                if "has this id, too" not in str(refused):
                    raise
                reports = []
            for report in reports:
                assert report.plan is not None
                assert not report.plan.actions
                assert not report.added
        assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, moment)
        assert [one.name for one in path.parent.iterdir()] == [path.name]

"""Copies go back into a database that others have open, whole or not at all."""

import multiprocessing
import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from planner.projects import create_project
from store.adapter import DbAdapter
from store.backup import backup
from store.daily import copy_of_the_day, daily_copies, is_copy_due
from store.errors import DatabaseUnusable, MigrationRefused, StoreError
from store.migrate import discover, migrate
from store.open import open_store, raw_connection
from store.records import Card, EventLog, Project
from store.restore import PATIENCE, restore
from tests.store.fresh import migrated
from tests.store.rows import full_plan

WRITERS = 4
TRIES = 50


@pytest.fixture
def plan(database_path: Path) -> DbAdapter:
    database_path.write_bytes(migrated())
    db = open_store(database_path)
    with db.connection():
        db.insert_many(full_plan())
    return db


def copied(database_path: Path, name: str = "copy.bak") -> Path:
    copy = database_path.with_name(name)
    with raw_connection(database_path) as connection:
        backup(connection, copy)
    return copy


def names(database_path: Path) -> list[str]:
    """Look through a connection of its own."""
    with closing(sqlite3.connect(database_path)) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in other.execute("SELECT name FROM project ORDER BY name")]


def test_who_has_the_database_open_sees_what_was_restored(
    plan: DbAdapter, database_path: Path
) -> None:
    copy = copied(database_path)
    before = copy.read_bytes()
    with plan.connection():
        create_project(plan, "Later")
        seen = plan.data_version()
        done = restore(copy, database_path)
        assert [project.name for project in plan.list(Project)] == ["Atlas"]
        assert plan.data_version() != seen
        create_project(plan, "Later still")
    assert names(database_path) == ["Atlas", "Later still"]
    assert done.kept is not None
    assert names(done.kept) == ["Atlas", "Later"]
    assert done.migrated == ()
    assert copy.read_bytes() == before
    assert not [path for path in database_path.parent.iterdir() if path.is_dir()]


def test_a_database_that_is_not_there_is_made(plan: DbAdapter, database_path: Path) -> None:
    copy = copied(database_path)
    other = database_path.with_name("other.db")
    assert restore(copy, other).kept is None
    assert names(other) == ["Atlas"]
    with open_store(other).connection():
        assert other.stat().st_mode & 0o777 == 0o600


def test_an_older_copy_is_brought_up_to_date(plan: DbAdapter, database_path: Path) -> None:
    old = database_path.with_name("old.db")
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        early = [one for one in discover() if one.name <= "005"]
        migrate(connection, early, database_path=None)
    done = restore(old, database_path)
    assert done.migrated[0] == "005_remove_steps.sql"
    with plan.connection():
        assert plan.count(Card) == 0


def test_a_damaged_database_is_moved_aside(plan: DbAdapter, database_path: Path) -> None:
    copy = copied(database_path)
    damaged = database_path.read_bytes()[:100] + b"\xff" * 8092
    database_path.write_bytes(damaged)
    done = restore(copy, database_path)
    assert done.kept is not None
    assert done.kept.read_bytes() == damaged
    assert names(database_path) == ["Atlas"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "There is no file", id="missing"),
        pytest.param(b"# Notes\n" * 500, "no database", id="text"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 8000, "damaged", id="damaged"),
        pytest.param(b"", "holds no plan", id="empty"),
    ],
)
def test_what_is_no_copy_changes_nothing(
    plan: DbAdapter, database_path: Path, content: bytes | None, words: str
) -> None:
    copy = database_path.with_name("wrong.bak")
    if content is not None:
        copy.write_bytes(content)
    with pytest.raises(StoreError, match=words) as refused:
        restore(copy, database_path)
    assert str(copy) in str(refused.value)
    assert names(database_path) == ["Atlas"]
    assert {path.name for path in database_path.parent.iterdir()} <= {"plan.db", "wrong.bak"}


def test_another_programs_and_newer_databases_are_refused(
    plan: DbAdapter, database_path: Path
) -> None:
    other = database_path.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE song (title)")
        connection.commit()
    with pytest.raises(DatabaseUnusable, match="holds no plan"):
        restore(other, database_path)
    newer = copied(database_path, "newer.db")
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("INSERT INTO _migrations VALUES ('999_more.sql', 'x', 'then')")
        connection.commit()
    with pytest.raises(MigrationRefused, match="newer version"):
        restore(newer, database_path)
    with pytest.raises(StoreError, match="the database itself"):
        restore(database_path, database_path)
    assert names(database_path) == ["Atlas"]


def test_a_database_that_another_program_holds_is_left(
    plan: DbAdapter, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copied(database_path)
    assert PATIENCE > 1
    monkeypatch.setattr("store.restore.PATIENCE", 0.05)
    with closing(sqlite3.connect(database_path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("UPDATE project SET name = 'Held'")
        with pytest.raises(StoreError, match="Try again"):
            restore(copy, database_path)
        holder.execute("ROLLBACK")
    assert names(database_path) == ["Atlas"]


# --- every day


def test_a_copy_a_day_and_the_last_few_stay(plan: DbAdapter, database_path: Path) -> None:
    days = [f"2026-01-{day:02}T08:00:00.000Z" for day in range(1, 6)]
    for day in days:
        assert is_copy_due(database_path, clock=lambda day=day: day)
        made = copy_of_the_day(database_path, keep=3, clock=lambda day=day: day)
        assert made is not None
        assert not is_copy_due(database_path, clock=lambda day=day: day)
        assert copy_of_the_day(database_path, keep=3, clock=lambda day=day: day) is None
    assert [path.name for path in daily_copies(database_path)] == [
        f"plan.db.day-202601{day:02}.bak" for day in (5, 4, 3)
    ]
    assert names(daily_copies(database_path)[0]) == ["Atlas"]
    assert copy_of_the_day(database_path, keep=0) is None
    assert not is_copy_due(database_path.with_name("none.db"))


# --- while others write


def write(database_path: Path, number: int, stop: Event) -> None:
    """Write two events at a time: a copy that holds one without the other is torn."""
    db, count = open_store(database_path), 0
    with db.connection():
        project = db.list(Project)[0]
        while not stop.is_set():
            with db.transaction():
                for half in "ab":
                    db.insert(
                        EventLog(
                            id=f"{number}-{count}-{half}",
                            project_id=project.id,
                            event_type="half",
                            actor="writer",
                        )
                    )
            count += 1
            stop.wait(0.01)


def test_copies_made_while_four_write_are_consistent(plan: DbAdapter, database_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    writers = [
        context.Process(target=write, args=(database_path, number, stop))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        held = []
        for _ in range(TRIES):
            copy = copied(database_path)
            target = database_path.with_name("restored.db")
            restore(copy, target)
            with closing(sqlite3.connect(target)) as other:
                assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert other.execute("PRAGMA foreign_key_check").fetchall() == []
                halves = other.execute(
                    "SELECT count(*), count(DISTINCT rtrim(id, 'ab')) FROM event_log "
                    "WHERE event_type = 'half'"
                ).fetchone()
                assert halves[0] == 2 * halves[1]
                held.append(halves[1])
            for path in database_path.parent.glob("restored.db*"):
                path.unlink()
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    assert all(writer.exitcode == 0 for writer in writers)
    assert held[-1] > held[0]

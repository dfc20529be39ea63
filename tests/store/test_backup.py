"""Copies: whole, sound, private, and never half written."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.backup import backup, copy_before_migration
from store.errors import DatabaseBusy, StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.db"


@pytest.fixture
def source(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE note (text)")
        connection.execute("INSERT INTO note VALUES ('one')")
        yield connection


def notes(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note")]


def test_a_copy_is_whole_private_and_alone(source: sqlite3.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    target = folder / "plan copy?#.db"
    backup(source, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [target]
    assert notes(target) == ["one"]
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert list(folder.iterdir()) == [target]


def test_a_copy_replaces_the_file_of_that_name(source: sqlite3.Connection, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("an older copy")
    target.chmod(0o644)
    backup(source, target)
    assert notes(target) == ["one"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_copy_is_made_while_another_writes(
    source: sqlite3.Connection, path: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO note VALUES ('not yet')")
        backup(source, tmp_path / "copy.db")
        writer.execute("COMMIT")
    assert notes(tmp_path / "copy.db") == ["one"]


def test_a_held_database_is_not_waited_for_for_ever(
    source: sqlite3.Connection, path: Path, tmp_path: Path
) -> None:
    source.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        backup(source, tmp_path / "copy.db")
    source.execute("ROLLBACK")
    source.execute("PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusy):
            backup(source, tmp_path / "copy.db")
    assert list(tmp_path.glob("*copy*")) == []


def test_the_database_itself_is_not_overwritten(
    source: sqlite3.Connection, path: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    for target in (path, link):
        with pytest.raises(StoreError, match="itself"):
            backup(source, target)
    assert notes(path) == ["one"]


def test_a_folder_that_cannot_be_written(source: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        backup(source, tmp_path / "nowhere" / "copy.db")


def test_a_target_that_is_a_folder(source: sqlite3.Connection, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.mkdir()
    with pytest.raises(StoreError, match="could not be made"):
        backup(source, target)
    assert list(tmp_path.glob(".copy*")) == []


def test_a_target_that_is_a_device_stays_one(source: sqlite3.Connection, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for target in (pipe, tmp_path / "link"):
        with pytest.raises(StoreError, match="no ordinary file"):
            backup(source, target)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_damaged_database_gives_no_copy(
    source: sqlite3.Connection, path: Path, tmp_path: Path
) -> None:
    source.execute("PRAGMA journal_mode = DELETE")
    source.execute("CREATE INDEX note_by_text ON note (text)")
    source.execute("BEGIN")
    source.executemany("INSERT INTO note VALUES (?)", [(f"{n:040}",) for n in range(2000)])
    source.execute("COMMIT")
    source.close()
    with path.open("r+b") as file:
        file.seek(4096 * 6)
        file.write(b"\xff" * 4096 * 3)
    target = tmp_path / "copy.db"
    target.write_text("an older copy")
    with closing(sqlite3.connect(path)) as damaged, pytest.raises(StoreError, match="damaged"):
        backup(damaged, target)
    assert target.read_text() == "an older copy"
    assert sorted(tmp_path.iterdir()) == [target, path]


def test_a_database_in_memory_can_be_copied(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE note (text)")
        backup(connection, tmp_path / "copy.db")
    assert notes(tmp_path / "copy.db") == []


def test_a_copy_before_migration_wants_data(source: sqlite3.Connection, path: Path) -> None:
    def clock() -> str:
        return "2026-01-31T08:00:00.000Z"

    source.execute("CREATE TABLE _migrations (name)")
    source.execute("INSERT INTO _migrations VALUES ('001')")
    source.execute("BEGIN IMMEDIATE")
    made = copy_before_migration(source, path, clock, before="007_more.sql")
    source.execute("ROLLBACK")
    assert made == path.with_name("plan.db.before-007_more-20260131T080000000Z.bak")
    assert notes(made) == ["one"]
    source.execute("DELETE FROM note")
    assert copy_before_migration(source, path, clock, before="007_more.sql") is None

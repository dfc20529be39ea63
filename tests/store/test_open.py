"""Opening a store: ready when the path is good; when not, which error, and nothing harmed."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.adapter import DbAdapter
from store.errors import (
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnusable,
    MigrationRefused,
    StoreError,
)
from store.migrate import MigrationReport, discover
from store.open import local_path, open_store
from store.records import Card, Project
from store.sqlite import SqliteAdapter
from tests.store.fresh import migrated
from tests.store.rows import NOW, example, full_plan

NOBODY = 65534


@pytest.fixture
def existing(database_path: Path) -> Path:
    """Return a database that holds a plan."""
    database_path.write_bytes(migrated())
    database_path.chmod(0o600)
    db = open_store(database_path)
    with db.connection():
        db.insert_many(full_plan())
    return database_path


def refusal(kind: type[StoreError], target: str | Path, timeout: float = 0.05) -> str:
    """Open what must be refused; return the message."""
    with pytest.raises(kind) as refused:
        open_store(target, open_timeout=timeout)
    assert type(refused.value) is kind
    return str(refused.value)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return each file below a folder with its bytes; None for what isn't a plain file."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@contextmanager
def unharmed(folder: Path) -> Iterator[None]:
    before = contents(folder)
    yield
    assert contents(folder) == before


@contextmanager
def another_process(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script that says "ready" once it holds what it is to hold, until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(timeout=30)


def as_nobody(work: Callable[[], None]) -> None:
    """Do something without root's rights, to which modes mean nothing."""
    if os.geteuid() != 0:
        work()
        return
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that even nobody can get at."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


# --- good paths


def test_a_new_file_is_migrated_and_its_owners_alone(database_path: Path) -> None:
    reports: list[MigrationReport] = []
    before = os.umask(0)
    try:
        db = open_store(database_path, on_migrated=reports.append, clock=lambda: NOW)
    finally:
        os.umask(before)
    assert isinstance(db, DbAdapter)
    assert stat.S_IMODE(database_path.stat().st_mode) == 0o600
    assert [report.applied for report in reports] == [tuple(m.name for m in discover())]
    assert reports[0].backup is None
    assert contents(database_path.parent).keys() == {"plan.db"}
    with closing(sqlite3.connect(database_path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT DISTINCT applied_at FROM _migrations").fetchall() == [
            (NOW,)
        ]


def test_sidecars_are_the_owners_alone_too(database_path: Path) -> None:
    db = open_store(database_path)
    with db.connection():
        db.insert(example(Project))
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in database_path.parent.iterdir()}
    assert modes == {"plan.db": 0o600, "plan.db-wal": 0o600, "plan.db-shm": 0o600}
    assert contents(database_path.parent).keys() == {"plan.db"}, "closed, it is one file again"


def test_connections_keep_the_rules(existing: Path) -> None:
    db = open_store(existing)
    assert isinstance(db, SqliteAdapter)
    with db.connection():
        connection = db._database.connection()
        for pragma, value in (("foreign_keys", 1), ("synchronous", 1), ("journal_mode", "wal")):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_an_existing_plan_is_opened_as_it_is(existing: Path) -> None:
    reports: list[MigrationReport] = []
    with unharmed(existing.parent):
        db = open_store(existing, on_migrated=reports.append)
        with db.connection():
            assert db.get(Card, "card-1") == example(Card)
    assert reports == []


def test_an_empty_file_becomes_a_plan(database_path: Path) -> None:
    database_path.touch(0o640)
    mode = database_path.stat().st_mode
    db = open_store(database_path)
    with db.connection():
        assert db.list(Project) == []
    assert database_path.stat().st_mode == mode


@pytest.mark.parametrize(
    "name", ["naïve 東京.db", "a b?c#d%20.db", "file:x.db", "-plan", "'\";.db"]
)
def test_odd_names_are_just_names(tmp_path: Path, name: str) -> None:
    db = open_store(tmp_path / name)
    with db.connection():
        db.insert(example(Project))
    assert contents(tmp_path).keys() == {name}


def test_a_path_may_be_text_a_path_or_a_sqlite_url(existing: Path) -> None:
    for target in (existing, str(existing), f"sqlite://{existing}"):
        db = open_store(target)
        with db.connection():
            assert db.count(Card) == 1
    assert local_path("relative.db") == Path("relative.db")


def test_a_link_leads_to_its_file(existing: Path) -> None:
    link = existing.with_name("link.db")
    link.symlink_to(existing)
    db = open_store(link)
    with db.connection():
        assert db.count(Card) == 1


def test_opening_leaves_nothing_open(existing: Path) -> None:
    open_store(existing)
    held = {str(f.readlink()) for f in Path("/proc/self/fd").iterdir() if f.is_symlink()}
    assert not {path for path in held if path.startswith(str(existing))}


# --- bad paths


def test_opening_it_again_keeps_the_locks_of_who_has_it_open(existing: Path) -> None:
    db = open_store(existing)
    with db.connection():
        db.update(Project, "project-1", name="Another")
        open_store(existing)
        close = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT * FROM project')"
        subprocess.run([sys.executable, "-c", close, str(existing)], check=True)
        # A process that takes itself for the last one folds the log in and deletes it.
        assert existing.with_name(f"{existing.name}-wal").exists()
        assert db.count(Project) == 1


def test_a_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "plan.db"
    with unharmed(tmp_path):
        message = refusal(DatabaseUnusable, path)
    assert message == (
        f"{path} can't be made: the folder {path.parent} does not exist. Make it first."
    )


def test_a_file_where_a_folder_should_be(existing: Path) -> None:
    path = existing / "plan.db"
    with unharmed(existing.parent):
        assert str(path) in refusal(DatabaseUnusable, path)


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with unharmed(tmp_path):
        message = refusal(DatabaseUnusable, folder)
    assert message == f"{folder} is a folder. Give the path of a file in it."


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with unharmed(tmp_path):
        assert f"{path} is not a regular file" in refusal(DatabaseUnusable, path)


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "link.db"
    path.symlink_to(tmp_path / "gone" / "plan.db")
    assert str(path) in refusal(DatabaseUnusable, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["link.db"]


@pytest.mark.parametrize("content", [b"# Notes\n" * 50, b"x", b"\0" * 4096, b"SQLite format 2\0"])
def test_what_is_not_a_database_is_left_alone(database_path: Path, content: bytes) -> None:
    database_path.write_bytes(content)
    with unharmed(database_path.parent):
        message = refusal(DatabaseUnusable, database_path)
    assert f"{database_path} is not a SQLite database, so it was left alone" in message
    assert "Give another path" in message


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:50], id="within the header"),
        pytest.param(lambda content: content[:1000], id="within the first page"),
        pytest.param(lambda content: content[:4096], id="after the first page"),
        pytest.param(lambda content: content[:100] + b"\xff" * 3996 + content[4096:], id="schema"),
        pytest.param(lambda content: content[:16] + os.urandom(4080), id="noise"),
    ],
)
def test_a_damaged_database_is_left_alone(existing: Path, damage: Callable[[bytes], bytes]) -> None:
    existing.write_bytes(damage(existing.read_bytes()))
    with unharmed(existing.parent):
        message = refusal(DatabaseUnusable, existing)
    assert message.startswith(f"{existing} can't be opened: ")
    assert "Restore a copy" in message


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_read_only_file(existing: Path, mode: int) -> None:
    existing.chmod(mode)
    with unharmed(existing.parent):
        message = refusal(DatabaseReadOnly, existing)
    assert message == (
        f"{existing} is read-only. Make the file and its folder writable, or open a copy."
    )
    assert stat.S_IMODE(existing.stat().st_mode) == mode


def test_a_file_that_may_not_even_be_read(open_folder: Path) -> None:
    path = open_folder / "plan.db"
    path.write_bytes(migrated())
    path.chmod(0o200)

    def work() -> None:
        path.stat()
        assert f"{path} can't be opened: Permission denied" in refusal(DatabaseUnusable, path)

    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    as_nobody(work)


def test_a_read_only_folder(open_folder: Path) -> None:
    path, new = open_folder / "plan.db", open_folder / "new.db"
    path.write_bytes(migrated())
    path.chmod(0o666)
    before = contents(open_folder)
    open_folder.chmod(0o555)

    def work() -> None:
        assert "Make the file and its folder writable" in refusal(DatabaseReadOnly, path)
        message = refusal(DatabaseReadOnly, new)
        assert f"{new} can't be made" in message
        assert "Make it writable" in message

    as_nobody(work)
    assert contents(open_folder) == before


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement)
print("ready", flush=True)
sys.stdin.read()
connection.close()
"""


def test_a_file_that_another_process_keeps_to_itself(existing: Path) -> None:
    holding = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE")
    before = existing.read_bytes()
    with another_process(HOLD, str(existing), *holding):
        message = refusal(DatabaseBusy, existing)
        assert existing.read_bytes() == before
    assert message == (
        f"{existing} is locked by another program. Close it or wait for it, then try again."
    )
    assert contents(existing.parent) == {"plan.db": before}
    open_store(existing)


def test_a_new_file_that_another_process_locked(database_path: Path) -> None:
    """Migrating needs the write lock; while another has it, nothing is half done."""
    database_path.touch()
    with another_process(HOLD, str(database_path), "BEGIN EXCLUSIVE"):
        assert str(database_path) in refusal(DatabaseBusy, database_path)
    assert contents(database_path.parent) == {"plan.db": b""}
    open_store(database_path)


def test_a_running_write_does_not_keep_others_from_opening(existing: Path) -> None:
    with another_process(HOLD, str(existing), "BEGIN EXCLUSIVE"):
        db = open_store(existing, open_timeout=0.05)
        with db.connection():
            assert db.count(Card) == 1


def test_a_file_of_a_newer_version(existing: Path) -> None:
    with closing(sqlite3.connect(existing)) as connection, connection:
        connection.execute("INSERT INTO _migrations VALUES ('999_future.sql', 'x', ?)", (NOW,))
    with unharmed(existing.parent):
        message = refusal(MigrationRefused, existing)
    assert str(existing) in message
    assert "999_future.sql" in message
    assert "update planner-tui" in message


def test_a_database_of_another_program(database_path: Path) -> None:
    with closing(sqlite3.connect(database_path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with unharmed(database_path.parent):
        message = refusal(MigrationRefused, database_path)
    assert f"{database_path} is a database of another program: it has recipes" in message


@pytest.mark.parametrize(
    "url", ["postgresql://me@host/plan", "mysql://host/x", "https://x.y/plan.db", "nonsense://"]
)
def test_an_engine_that_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    message = refusal(DatabaseUnusable, url)
    assert f"{url.partition(':')[0]}:// can't be opened" in message
    assert "Give the path of a file" in message
    assert "me@host" not in message, "a URL may hold a password"
    assert contents(tmp_path) == {}


def test_a_failed_migration_of_a_new_file_leaves_no_file(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MigrationRefused("no")

    monkeypatch.setattr("store.open.migrate", fail)
    assert refusal(MigrationRefused, database_path) == "no"
    assert contents(database_path.parent) == {}


def test_a_file_that_goes_away_is_an_error_in_words(existing: Path) -> None:
    db = open_store(existing)
    existing.unlink()
    existing.mkdir()
    with pytest.raises(DatabaseUnusable, match=f"{existing} could not be used"), db.connection():
        db.list(Card)


# --- at once

OPEN = """
import sys
from store.open import open_store
print("ready", flush=True)
sys.stdin.readline()
applied = []
db = open_store(sys.argv[1], on_migrated=lambda report: applied.extend(report.applied))
with db.connection():
    db.project_counts()
print(",".join(applied), flush=True)
"""


def test_processes_that_open_a_new_file_at_once_migrate_it_once(database_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(database_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    applied: list[str] = []
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        applied += [name for name in out.strip().split(",") if name]
    assert sorted(applied) == [migration.name for migration in discover()]
    assert contents(database_path.parent).keys() == {"plan.db"}
    with closing(sqlite3.connect(database_path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

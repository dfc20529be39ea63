"""The migration runner: each file once, whole or not at all, and nothing where it must refuse."""

import hashlib
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import DatabaseUnusable, MigrationRefused, StoreError
from store.migrate import Migration, MigrationState, discover, migrate, split, status
from tests.store.rows import full_plan, put, put_all

ROOT = Path(__file__).parents[2]
NOW = "2026-01-31T08:00:00.000Z"

ONE = Migration("001_one.sql", "CREATE TABLE one (a);")
TWO = Migration("002_two.sql", "CREATE TABLE two (b);")
THREE = Migration("003_three.sql", "CREATE TABLE three (c);")


def clock() -> str:
    return NOW


def connect(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(path)) as opened:
        yield opened


def names(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def refused(connection: sqlite3.Connection, path: Path, *migrations: Migration) -> str:
    """Migrate, expecting a refusal that leaves every byte as it was; return its message."""
    before, files = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(MigrationRefused) as caught:
        migrate(connection, migrations, database_path=path, clock=clock)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == files
    assert not connection.in_transaction
    return str(caught.value)


# --- finding the files


def test_discover_gives_this_programs_files_in_order() -> None:
    found = discover()
    assert [each.name for each in found[:8]] == [
        "001_schema.sql",
        "002_orchestration.sql",
        "003_memory.sql",
        "004_project_description.sql",
        "005_remove_steps.sql",
        "006_action_log.sql",
        "007_search.sql",
        "008_runs.sql",
    ]
    for each in found:
        assert split(each)


def test_discover_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "002_b.sql").write_text("SELECT 'ü';\n", encoding="utf-8")
    (tmp_path / "001_a.sql").write_text("SELECT 1;")
    (tmp_path / "README").write_text("Not one.")
    first, second = discover(tmp_path)
    assert (first.name, second.name) == ("001_a.sql", "002_b.sql")
    assert second.checksum == hashlib.sha256("SELECT 'ü';\n".encode()).hexdigest()
    (tmp_path / "002_b.sql").write_bytes("SELECT 'ü';\r\n".encode())
    assert discover(tmp_path)[1].checksum == second.checksum


@pytest.mark.parametrize("engine", ["oracle", Path("nowhere")])
def test_discover_without_any(engine: str | Path) -> None:
    with pytest.raises(DatabaseUnusable, match=str(engine)):
        discover(engine)


# --- splitting


def test_split() -> None:
    trigger = (
        "CREATE TRIGGER t AFTER INSERT ON one BEGIN\n"
        "  UPDATE one SET a = CASE WHEN a = ';' THEN 1 ELSE 2 END;\n"
        "  DELETE FROM two; -- END;\n"
        "END;"
    )
    text = (
        "-- first; comment\nSELECT ';', 'it''s;', \"a;b\", [c;d], `e;f`;;\n"
        f"/* a; comment */ {trigger}\n/* BEGIN; */ select 1 -- ;\n;\n-- BEGIN;\n/* the end; */"
    )
    assert split(Migration("x", text)) == [
        "SELECT ';', 'it''s;', \"a;b\", [c;d], `e;f`;",
        trigger,
        "select 1 -- ;\n;",
    ]


def test_split_of_nothing() -> None:
    assert split(Migration("x", "")) == []
    assert split(Migration("x", " \n-- nothing yet")) == []


# --- applying


def test_applies_in_order_and_records_each(connection: sqlite3.Connection, path: Path) -> None:
    report = migrate(connection, [ONE, TWO], database_path=path, clock=clock)
    assert report.applied == (ONE.name, TWO.name)
    assert report.backup is None
    rows = connection.execute("SELECT name, checksum, applied_at FROM _migrations").fetchall()
    assert rows == [(ONE.name, ONE.checksum, NOW), (TWO.name, TWO.checksum, NOW)]
    assert names(connection) == {"one", "two", "_migrations"}
    assert migrate(connection, [ONE, TWO, THREE], database_path=path).applied == (THREE.name,)


def test_nothing_pending_is_one_read(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, [ONE], database_path=path)
    with closing(connect(path)) as other:
        connection.execute("BEGIN IMMEDIATE")
        seen: list[str] = []
        other.set_trace_callback(seen.append)
        assert migrate(other, [ONE], database_path=path).applied == ()
        assert len(seen) == 1
        connection.execute("ROLLBACK")


def test_foreign_keys_are_on_afterwards(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, [ONE], database_path=path)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    wrong = Migration("002_wrong.sql", "CREATE TABLE one (a);")
    refused(connection, path, ONE, wrong)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_rebuilt_table_keeps_its_children(connection: sqlite3.Connection, path: Path) -> None:
    first = Migration(
        "001.sql",
        "CREATE TABLE parent (id PRIMARY KEY, old);"
        "CREATE TABLE child (id, parent REFERENCES parent (id) ON DELETE CASCADE);"
        "INSERT INTO parent VALUES (1, 2); INSERT INTO child VALUES (3, 1);",
    )
    second = Migration(
        "002.sql",
        "CREATE TABLE parent_2 (id PRIMARY KEY); INSERT INTO parent_2 SELECT id FROM parent;"
        "DROP TABLE parent; ALTER TABLE parent_2 RENAME TO parent;",
    )
    migrate(connection, [first], database_path=None)
    migrate(connection, [first, second], database_path=None)
    assert connection.execute("SELECT * FROM child").fetchall() == [(3, 1)]


def test_a_file_that_fails_leaves_the_one_before(
    connection: sqlite3.Connection, path: Path
) -> None:
    wrong = Migration("002_wrong.sql", "CREATE TABLE two (b); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(MigrationRefused, match=r"002_wrong\.sql failed .*nowhere") as caught:
        migrate(connection, [ONE, wrong, THREE], database_path=path)
    assert str(path) in str(caught.value)
    assert names(connection) == {"one", "_migrations"}
    assert [each.applied_at is None for each in status(connection, [ONE, wrong, THREE])] == [
        False,
        True,
        True,
    ]
    assert migrate(connection, [ONE, TWO, THREE], database_path=path).applied == (
        TWO.name,
        THREE.name,
    )


def test_refuses_a_connection_in_a_transaction(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    with pytest.raises(ValueError, match="transaction"):
        migrate(connection, [ONE], database_path=None)


# --- refusing


def test_refuses_an_edited_file(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, [ONE], database_path=path, clock=clock)
    edited = Migration(ONE.name, ONE.sql + " ")
    message = refused(connection, path, edited, TWO)
    assert ONE.name in message
    assert "edited" in message
    assert NOW in message
    refused(connection, path, edited)


def test_refuses_an_unknown_name(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, [ONE, TWO, THREE], database_path=path)
    assert THREE.name in refused(connection, path, ONE, TWO)
    assert TWO.name in refused(connection, path, ONE, THREE)
    assert "newer version" in refused(connection, path, ONE)


def test_refuses_a_gap(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, [ONE, THREE], database_path=path)
    message = refused(connection, path, ONE, TWO, THREE)
    assert TWO.name in message
    assert THREE.name in message


@pytest.mark.parametrize(
    "statement",
    [
        "BEGIN",
        "begin immediate",
        "COMMIT",
        "END TRANSACTION",
        "ROLLBACK",
        "SAVEPOINT s",
        "RELEASE s",
        "ATTACH 'x' AS y",
        "DETACH y",
        "PRAGMA foreign_keys = 1",
        "VACUUM",
        "/* hidden */ -- here\n Pragma/**/user_version = 3",
    ],
)
def test_refuses_what_breaks_the_transaction(
    connection: sqlite3.Connection, path: Path, statement: str
) -> None:
    wrong = Migration("002_wrong.sql", f"CREATE TABLE two (b);\n{statement};")
    message = refused(connection, path, ONE, wrong)
    assert wrong.name in message
    assert path.stat().st_size == 0


def test_words_that_only_begin_so_are_fine(connection: sqlite3.Connection) -> None:
    wordy = Migration("001.sql", "CREATE TABLE begin_ (a); INSERT INTO begin_ VALUES ('COMMIT;');")
    assert migrate(connection, [wordy], database_path=None).applied


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE two (b)",
        "CREATE TABLE two (b); INSERT INTO two VALUES ('",
        "CREATE TABLE two (b); /* CREATE TABLE three (c);",
        "CREATE TRIGGER t AFTER INSERT ON one BEGIN DELETE FROM one;",
    ],
)
def test_refuses_an_incomplete_statement(
    connection: sqlite3.Connection, path: Path, text: str
) -> None:
    message = refused(connection, path, ONE, Migration("002_wrong.sql", text))
    assert "002_wrong.sql" in message


def test_refuses_rows_without_parents(connection: sqlite3.Connection, path: Path) -> None:
    orphaning = Migration(
        "002_orphaning.sql",
        "CREATE TABLE child (p REFERENCES parent (id)); CREATE TABLE parent (id PRIMARY KEY);"
        "INSERT INTO child VALUES (1);",
    )
    migrate(connection, [ONE], database_path=path)
    message = refused(connection, path, ONE, orphaning)
    for word in (orphaning.name, "child", "parent"):
        assert word in message


@pytest.mark.parametrize(
    "others",
    [
        "CREATE TABLE bookmarks (url);",
        "CREATE VIEW bookmarks AS SELECT 1;",
        "CREATE TABLE _migrations (name, applied_at); INSERT INTO _migrations VALUES ('1', '2');",
        "CREATE TABLE _migrations (id, version);",
        "CREATE TABLE _migrations (name, checksum, applied_at); CREATE TABLE bookmarks (url);",
    ],
)
def test_refuses_a_database_of_another_program(
    connection: sqlite3.Connection, path: Path, others: str
) -> None:
    connection.executescript(others)
    message = refused(connection, path, ONE)
    assert str(path) in message
    assert "another program" in message
    with pytest.raises(MigrationRefused):
        status(connection, [ONE])


@pytest.mark.parametrize("known", [[ONE], [ONE, TWO]])
def test_refuses_again_inside_the_lock(
    connection: sqlite3.Connection, path: Path, known: list[Migration]
) -> None:
    """Another program gets in between the first look and the lock."""

    def intrude(statement: str) -> None:
        if statement == "PRAGMA foreign_keys = 0":
            with closing(connect(path)) as other:
                migrate(other, [ONE, THREE], database_path=None)

    connection.set_trace_callback(intrude)
    with pytest.raises(MigrationRefused):
        migrate(connection, known, database_path=path)
    assert names(connection) == {"one", "three", "_migrations"}


def test_an_error_of_the_database_is_passed_on(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Not a database, but long enough to be looked into. " * 20)
    with closing(connect(text)) as connection, pytest.raises(sqlite3.DatabaseError):
        migrate(connection, [ONE], database_path=text)


# --- status


def test_status_writes_nothing(connection: sqlite3.Connection, path: Path) -> None:
    assert status(connection, [ONE]) == [MigrationState(ONE.name, None)]
    assert path.read_bytes() == b""
    migrate(connection, [ONE], database_path=path, clock=clock)
    before = path.read_bytes()
    assert status(connection, [ONE, TWO]) == [
        MigrationState(ONE.name, NOW),
        MigrationState(TWO.name, None),
    ]
    assert path.read_bytes() == before


# --- the copy made before


def test_a_database_with_data_is_copied_first(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection, discover()[:5], database_path=path)
    assert migrate(connection, discover()[:5], database_path=path).backup is None
    put_all(connection, full_plan())
    report = migrate(connection, discover(), database_path=path, clock=clock)
    assert report.backup == path.with_name("plan.db.before-006_action_log-20260131T080000000Z.bak")
    assert stat.S_IMODE(report.backup.stat().st_mode) == 0o600
    with closing(connect(report.backup)) as copy:
        assert [each.applied_at is None for each in status(copy, discover())][:6] == [
            *[False] * 5,
            True,
        ]
        assert copy.execute("SELECT title FROM card").fetchall() == [("Check the address",)]
        migrate(copy, discover(), database_path=None)


def test_an_empty_database_is_not_copied(connection: sqlite3.Connection, path: Path) -> None:
    for last in range(1, len(discover()) + 1):
        assert migrate(connection, discover()[:last], database_path=path).backup is None
    assert list(path.parent.glob("*.bak")) == []


def test_the_copies_are_pruned_to_the_last_three(
    connection: sqlite3.Connection, path: Path
) -> None:
    stranger = path.with_name("plan.db.before-mine.bak")
    stranger.write_text("kept")
    leftover = path.with_name(".plan.db.before-002_x-1.bak.abc.part")
    leftover.write_text("half a copy")
    migrations = [Migration("001.sql", "CREATE TABLE one (a); INSERT INTO one VALUES (1);")]
    migrate(connection, migrations, database_path=path)
    made: list[Path] = []
    for day in range(1, 6):
        # The names sort against the times: the times count.
        migrations.append(Migration(f"01{day}.sql", f"CREATE TABLE t{day} (a);"))
        report = migrate(
            connection,
            migrations,
            database_path=path,
            clock=lambda day=day: f"2026-01-0{day}T08:00:00.000Z",
        )
        assert report.backup
        made.append(report.backup)
    assert sorted(path.parent.glob("*.bak")) == sorted([stranger, *made[-3:]])
    assert not leftover.exists()


def test_a_refused_migration_leaves_no_copy_and_prunes_none(
    connection: sqlite3.Connection, path: Path
) -> None:
    old = [path.with_name(f"plan.db.before-000-2026010{day}T0Z.bak") for day in range(1, 5)]
    for each in old:
        each.write_text("kept")
    filled = Migration("001.sql", "CREATE TABLE one (a); INSERT INTO one VALUES (1);")
    migrate(connection, [filled], database_path=path)
    refused(connection, path, filled, Migration("002.sql", "CREATE TABLE one (a);"))
    assert sorted(path.parent.glob("*.bak")) == old


def test_no_migration_without_its_copy(
    connection: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = Migration("001.sql", "CREATE TABLE one (a); INSERT INTO one VALUES (1);")
    migrate(connection, [filled], database_path=path)

    def full(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("store.backup.backup", full)
    with pytest.raises(StoreError, match="full"):
        migrate(connection, [filled, TWO], database_path=path)
    assert not connection.in_transaction
    assert "two" not in names(connection)


# --- several processes, and killed ones

CHILD = """
import sqlite3, sys
from pathlib import Path
from store.migrate import discover, migrate

path, mode, folder = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
connection = sqlite3.connect(path, isolation_level=None, timeout=30)
migrations = discover(Path(folder) if folder else "sqlite")
print("ready", flush=True)
sys.stdin.readline()
report = migrate(connection, migrations, database_path=path)
while True:
    try:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        break
    except sqlite3.OperationalError:  # switching waits for no one
        continue
print(",".join(report.applied) + "|" + str(report.backup or ""), flush=True)
"""


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start processes that migrate a file once they are told to."""
    started: list[subprocess.Popen[str]] = []

    def start(path: Path, mode: str, folder: Path | str = "") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), mode, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_four_processes_at_once_on_a_new_file(
    child: Callable[..., subprocess.Popen[str]], path: Path, mode: str
) -> None:
    processes = [child(path, mode) for _ in range(4)]
    for process in processes:
        go(process)
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    applied = [name for out in outputs for name in out.split("|")[0].split(",") if name]
    assert sorted(applied) == [each.name for each in discover()]
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert all(each.applied_at for each in status(connection, discover()))


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_four_processes_at_once_on_a_file_with_data(
    child: Callable[..., subprocess.Popen[str]], path: Path, mode: str
) -> None:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        migrate(connection, discover()[:5], database_path=path)
        put_all(connection, full_plan())
    processes = [child(path, mode) for _ in range(4)]
    for process in processes:
        go(process)
    outputs = [process.communicate(timeout=60)[0].strip() for process in processes]
    copies = [out.split("|")[1] for out in outputs if out.split("|")[1]]
    assert len(copies) == 1
    assert [str(each) for each in path.parent.glob("*.bak")] == copies
    with closing(connect(copies[0])) as copy:
        assert status(copy, discover())[5].applied_at is None


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_killed_in_the_middle_the_file_is_before_or_after(
    child: Callable[..., subprocess.Popen[str]], tmp_path: Path, mode: str
) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "001_first.sql").write_text(
        "CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL);\n"
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000)\n"
        "INSERT INTO word SELECT n, hex(randomblob(40)) FROM c;\n"
    )
    first = discover(folder)
    (folder / "002_second.sql").write_text(
        "CREATE TABLE word_2 (n INTEGER PRIMARY KEY, text TEXT NOT NULL, size INTEGER NOT NULL);\n"
        "INSERT INTO word_2 SELECT n, text, length(text) FROM word;\n"
        "DROP TABLE word;\n"
        "ALTER TABLE word_2 RENAME TO word;\n"
        "CREATE INDEX word_by_text ON word (text);\n"
    )
    chance = random.Random(5)
    outcomes: list[int] = []
    for attempt in range(10):
        path = tmp_path / f"{mode}{attempt}.db"
        with closing(connect(path)) as connection:
            connection.execute(f"PRAGMA journal_mode = {mode}")
            migrate(connection, first, database_path=path)
            words = connection.execute("SELECT n, text FROM word").fetchall()
        process = child(path, mode, folder)
        go(process)
        try:
            process.wait(timeout=chance.uniform(0, 0.25))
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        with closing(connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            columns = connection.execute("PRAGMA table_info(word)").fetchall()
            done = [each.applied_at is not None for each in status(connection, discover(folder))]
            assert (len(columns), done) in [(2, [True, False]), (3, [True, True])]
            assert connection.execute("SELECT n, text FROM word ORDER BY n").fetchall() == words
            assert names(connection) == {"word", "_migrations"}
            migrate(connection, discover(folder), database_path=path)
            assert connection.execute("SELECT count(size) FROM word").fetchone() == (20000,)
        for copy in tmp_path.glob(f"{path.name}.before-*.bak"):
            with closing(connect(copy)) as connection:
                assert connection.execute("SELECT n, text FROM word").fetchall() == words
        assert list(tmp_path.glob(".*.part")) == []
        outcomes.append(len(columns))
    assert 2 in outcomes


def test_migrations_of_this_program_on_a_plan_made_before_actions_were_logged(
    connection: sqlite3.Connection, path: Path
) -> None:
    migrate(connection, discover()[:5], database_path=path)
    put(connection, "project", id="p", name="Atlas", action_sequence=7)
    put(connection, "workflow", id="w", project_id="p", title="Lane", position=0)
    put(connection, "workflow_activity", id="a", workflow_id="w", title="Column", position=0)
    for number in range(3):
        put(connection, "card", id=f"c{number}", workflow_activity_id="a", title="Card")
        put(
            connection,
            "planning_action",
            id=f"x{number}",
            project_id="p",
            action_type="card.create",
            validation_status="accepted",
            created_at=NOW,
        )
    migrate(connection, discover(), database_path=path)
    select = "SELECT card_sequence, action_sequence FROM project"
    assert connection.execute(select).fetchall() == [(3, 3)]
    select = "SELECT id, number FROM card ORDER BY number"
    assert connection.execute(select).fetchall() == [("c0", 1), ("c1", 2), ("c2", 3)]
    select = "SELECT id, sequence, batch_id FROM planning_action ORDER BY sequence"
    assert connection.execute(select).fetchall() == [
        ("x0", 1, "x0"),
        ("x1", 2, "x1"),
        ("x2", 3, "x2"),
    ]

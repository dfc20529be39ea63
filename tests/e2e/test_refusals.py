"""Databases that can't be opened, and places that are no terminal: told, and left alone."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.e2e.screens import ROOT, Board, command


def folder(place: Path) -> Path:
    (place / "folder").mkdir()
    return place / "folder"


def missing_folder(place: Path) -> Path:
    return place / "nowhere" / "plan.db"


def text_file(place: Path) -> Path:
    (place / "notes.txt").write_text("Milk, bread and other things that are no database at all.\n")
    return place / "notes.txt"


def broken_database(place: Path) -> Path:
    (place / "broken.db").write_bytes(b"SQLite format 3\x00" + os.urandom(8192))
    return place / "broken.db"


def other_program_s(place: Path) -> Path:
    connection = sqlite3.connect(place / "other.db")
    connection.execute("CREATE TABLE project (name TEXT)")
    connection.execute("INSERT INTO project VALUES ('mine')")
    connection.commit()
    connection.close()
    return place / "other.db"


def newer_version_s(place: Path) -> Path:
    from store.open import open_store

    open_store(place / "newer.db")
    connection = sqlite3.connect(place / "newer.db")
    connection.execute(
        "INSERT INTO _migrations VALUES ('999_later.sql', 'x', '2030-01-01T00:00:00.000Z')"
    )
    connection.commit()
    connection.close()
    return place / "newer.db"


def read_only(place: Path) -> Path:
    from store.open import open_store

    open_store(place / "kept.db")
    (place / "kept.db").chmod(0o400)
    return place / "kept.db"


def device(place: Path) -> Path:
    return Path(os.devnull)


def unknown_url(place: Path) -> str:
    return "mysql://somewhere/plan"


BAD = [
    folder,
    missing_folder,
    text_file,
    broken_database,
    other_program_s,
    newer_version_s,
    read_only,
    device,
    unknown_url,
]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_database_is_told_and_left_alone(make, tmp_path: Path, home: Path):
    path = make(tmp_path)
    before = _contents(tmp_path)
    with Board("--db", path, home=home) as board:
        status = board.terminal.wait(timeout=60)
    assert status == 1
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_what_is_the_matter_is_said_on_standard_error(make, tmp_path: Path, home: Path):
    path = make(tmp_path)
    before = _contents(tmp_path)
    done = subprocess.run(
        command("--db", path, "migrate"), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("planner-tui: ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert _contents(tmp_path) == before


def test_no_terminal_is_told(database_path: Path, home: Path):
    done = subprocess.run(
        command("--db", database_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert not database_path.exists()


def _contents(place: Path) -> dict[str, bytes]:
    """Return every file below a folder and what it holds, logs beside a database left out."""
    return {
        str(file.relative_to(place)): file.read_bytes()
        for file in sorted(place.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }

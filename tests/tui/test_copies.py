"""The whole database is copied and brought back from the command line."""

import json
from pathlib import Path

import pytest

from store.daily import daily_copies
from store.open import open_store
from store.records import Project
from tests.tui.commands import CommandLine


@pytest.fixture
def run(database_path: Path) -> CommandLine:
    line = CommandLine(database_path)
    line.words("project", "new", "Atlas")
    return line


def test_there_and_back(run: CommandLine, database_path: Path) -> None:
    copy = database_path.with_name("copy.db")
    assert run.data("backup", copy)["bytes"] == copy.stat().st_size
    assert run.data("backup")["copy"].startswith(f"{database_path}.20")
    run.words("project", "new", "Borealis")
    assert json.loads(run("restore", copy, "--json").stdout)["error"]["code"] == "unconfirmed"
    assert run("restore", copy, given="n\n").exit_code == 1
    done = run.data("restore", copy, "--yes")
    db = open_store(database_path)
    with db.connection():
        assert [project.name for project in db.list(Project)] == ["Atlas"]
    kept = open_store(done["kept"])
    with kept.connection():
        assert kept.count(Project) == 2


def test_what_is_not_there(run: CommandLine, database_path: Path) -> None:
    assert "There is no file" in run.refusal("restore", database_path.with_name("x.db"), "--yes")
    other = CommandLine(database_path.with_name("none.db"))
    assert "to copy" in other.refusal("backup")
    assert "Choose another folder" in run.refusal("backup", database_path / "in" / "a.db")


def test_the_first_command_of_a_day_makes_a_copy(run: CommandLine, database_path: Path) -> None:
    run.words("project", "list")
    assert len(daily_copies(database_path)) == 1
    daily_copies(database_path)[0].unlink()
    home = Path.home() / "config"
    (home / "planner-tui").mkdir(parents=True)
    (home / "planner-tui" / "config.toml").write_text("[board]\ndaily_copies = 0\n")
    run.words("project", "list")
    assert daily_copies(database_path) == []


def test_a_copy_that_cant_be_made_is_told_and_nothing_else_depends_on_it(
    run: CommandLine, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    done = run("project", "list")
    assert done.exit_code == 0
    assert "No copy of today was made" in done.stderr
    assert "No space left" in done.stderr
    assert "Atlas" in done.stdout

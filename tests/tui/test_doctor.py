"""The doctor finds what is wrong with a plan, and mends what it can after a backup."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.doctor import look_over, mend
from store.open import open_store
from store.records import Card, CardRequirement, OrchestrationRun, Project
from tests.store.fresh import migrated
from tests.store.rows import example, full_plan
from tests.tui.commands import CommandLine


@pytest.fixture
def plan(database_path: Path) -> Path:
    database_path.write_bytes(migrated())
    database_path.chmod(0o600)
    db = open_store(database_path)
    with db.connection():
        db.insert_many(full_plan())
        db.insert(example(Card, id="card-2", number=2, position=1))
        db.update(Project, "project-1", card_sequence=2, action_sequence=1)
        db.update(OrchestrationRun, "orchestration_run-1", status="completed")
    return database_path


def spoil(path: Path, *statements: str) -> None:
    """Write as another program may."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA foreign_keys = 0")
        for statement in statements:
            other.execute(statement)
        other.commit()


def wrong(path: Path) -> dict[str, str]:
    return {found.what: found.words for found in look_over(path) if not found.ok}


def test_a_plan_as_the_program_keeps_it_is_well(plan: Path) -> None:
    before = plan.read_bytes()
    assert wrong(plan) == {}
    assert mend(plan) == ()
    assert plan.read_bytes() == before
    assert wrong(plan.with_name("none.db")) == {}
    assert not plan.with_name("none.db").exists()


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (["UPDATE card SET position = position * 2 + 1"], "positions"),
        (["UPDATE card SET position = 0"], "positions"),
        (["UPDATE card SET number = 1"], "numbers"),
        (["UPDATE card SET number = NULL"], "numbers"),
        (["UPDATE project SET card_sequence = 0"], "numbers"),
        (["UPDATE project SET action_sequence = 0"], "log"),
        (["DELETE FROM search_index_data WHERE id > 10"], "search"),
        (["DELETE FROM card WHERE id = 'card-1'"], "orphans"),
    ],
)
def test_what_can_be_mended_is(plan: Path, statements: list[str], what: str) -> None:
    spoil(plan, "UPDATE card SET created_at = '2025' WHERE id = 'card-2'", *statements)
    assert what in wrong(plan)
    assert mend(plan)
    assert wrong(plan) == {}
    db = open_store(plan)
    with db.connection():
        cards = db.list(Card)
        assert sorted(card.position for card in cards) == [*range(len(cards))]
        assert len({card.number for card in cards}) == len(cards)
        assert db.count(CardRequirement) == (0 if what == "orphans" else 1)
        [project] = db.list(Project)
        assert project.card_sequence >= max(card.number or 0 for card in cards)
        found = db.search(["check"], limit=9)
        assert {row[1] for row in found} >= {"card-2"}


def test_others_may_not_get_at_it(plan: Path) -> None:
    plan.chmod(0o644)
    assert "mode 644" in wrong(plan)["file"]
    mend(plan)
    assert plan.stat().st_mode & 0o777 == 0o600


def test_damage_is_told_with_the_copy_to_bring_back(plan: Path) -> None:
    copy = plan.with_name("plan.db.day-20260131.bak")
    copy.write_bytes(plan.read_bytes())
    content = plan.read_bytes()
    plan.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
    [found] = [one for one in look_over(plan) if not one.ok]
    assert not found.mendable
    assert f"restore {copy}" in found.remedy
    plan.write_bytes(b"# Notes\n" * 900)
    assert "not a SQLite database" in wrong(plan)["database"]


def test_it_mends_after_a_backup_and_says_so(plan: Path) -> None:
    run = CommandLine(plan)
    spoil(plan, "UPDATE card SET number = 1")
    ill = run("doctor", "--json")
    assert ill.exit_code == 1
    assert json.loads(ill.stdout)["data"]["healthy"] is False
    assert run("doctor").stdout.count("doctor --fix") == 1
    done = run.data("doctor", "--fix")
    assert done["healthy"] is True
    assert done["mended"] == ["Gave 1 cards a number of their own."]
    with closing(sqlite3.connect(done["backup"])) as copy:
        assert copy.execute("SELECT count(DISTINCT number) FROM card").fetchone() == (1,)
    assert run.data("doctor", "--fix")["backup"] is None
    told = {one["what"]: one["ok"] for one in done["findings"]}
    assert told.keys() >= {"terminal", "git", "config", "agents", "runs", "disk", "copies"}


def test_a_run_that_nobody_sees_to_is_told(plan: Path) -> None:
    spoil(plan, "UPDATE orchestration_run SET status = 'running'")
    done = CommandLine(plan)("doctor")
    assert done.exit_code == 1
    assert "Nobody sees to #1" in done.stdout
    spoil(plan, "UPDATE orchestration_run SET status = 'completed'")
    assert CommandLine(plan)("doctor").exit_code == 0

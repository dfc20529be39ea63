"""Databases that other programs keep: of migrations 001 to 005 and after, odd values, never a byte changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner.exporters.json import export_json
from planner.importers.dossier import import_dossier, read_dossier
from planner.importers.rows_writing import RowsReport
from planner.importers.wanted import ImportRefused
from store.adapter import DbAdapter
from store.migrate import discover
from store.records import (
    AgentExecution,
    ApprovalRequest,
    Card,
    CardRequirement,
    ContextArtifact,
    MemoryUnit,
    OrchestrationRun,
    PlanningAction,
    Project,
    Record,
)
from tests.planner.plans import Plan, on, opened
from tests.store.rows import example, full_plan, put, put_all


@pytest.fixture
def db(tmp_path: Path) -> Iterator[DbAdapter]:
    with opened(tmp_path / "plan.db") as db:
        yield db


def make(path: Path, last: str, rows: list[Record] | None = None, *sql: str) -> Path:
    """Make a dossier that has had the migrations up to one, with rows, and statements of its own."""
    with closing(sqlite3.connect(path)) as connection:
        for migration in discover():
            if migration.name[:3] <= last:
                connection.executescript(migration.sql)
        put_all(connection, full_plan() if rows is None else rows)
        for statement in sql:
            connection.execute(statement)
        connection.commit()
    return path


def bring(db: DbAdapter, path: Path, name: str | None = None, **options: Any) -> list[RowsReport]:
    return import_dossier(db, read_dossier(path), project_name=name, **options)


def state(folder: Path) -> list[Any]:
    return [
        (one.name, one.stat().st_mtime_ns, one.read_bytes())
        for one in sorted(folder.iterdir())
        if not one.name.startswith("plan.db")
    ]


@pytest.mark.parametrize("last", ["003", "004", "005", "009"])
def test_every_row_is_taken_and_nothing_is_written(
    db: DbAdapter, tmp_path: Path, last: str
) -> None:
    path = make(tmp_path / "dossier.db", last)
    before = state(tmp_path)
    assert bring(db, path, dry_run=True)[0].project_made
    assert not db.count(Project)
    (report,) = bring(db, path)
    assert state(tmp_path) == before
    late = ("diff_comment",) if last < "008" else ()
    assert sorted(report.added) == sorted(
        row.TABLE for row in full_plan() if row.TABLE not in ("event_archive", *late)
    )
    card, action = db.list(Card)[0], db.list(PlanningAction)[0]
    assert (card.number, action.sequence, action.batch_id is not None) == (1, 1, True)
    assert db.list(Project)[0].action_sequence == 1
    assert db.list(OrchestrationRun)[0].status == "cancelled"
    assert db.list(AgentExecution)[0].status == "completed"
    assert db.list(ApprovalRequest)[0].status == "rejected"
    assert db.search(["aliases"], limit=9)
    (again,) = bring(db, path)
    assert again.plan is not None
    assert (again.plan.actions, again.added) == (0, {})


def test_what_changed_there_is_changed_here_through_planning_actions(
    db: DbAdapter, tmp_path: Path
) -> None:
    more = [example(Card, id="card-2", number=2, title="Second", position=1)]
    path = make(tmp_path / "dossier.db", "005", [*full_plan(), *more])
    bring(db, path)
    plan = Plan.__new__(Plan)
    other = Plan(db, "Other")
    plan.__dict__ |= {**other.__dict__, "project_id": "project-1"}
    plan.act("updateCard", on("card-1"), description="Mine")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE card SET title = 'Theirs', status = 'review'")
        put(connection, "card_requirement", id="r2", card_id="card-2", text="New", source="user")
        connection.commit()
    (report,) = bring(db, path)
    assert report.plan is not None
    assert report.plan.actions == 3
    card = db.get(Card, "card-1")
    assert card is not None
    assert (card.title, card.status, card.description) == ("Theirs", "review", "Mine")
    assert db.get(CardRequirement, "r2") is not None
    (again,) = bring(db, path)
    assert again.plan is not None
    assert again.plan.actions == 0


def test_steps_are_left_and_their_cards_stand_in_order(db: DbAdapter, tmp_path: Path) -> None:
    rows = [row for row in full_plan() if row.TABLE in ("project", "workflow", "workflow_activity")]
    path = make(tmp_path / "dossier.db", "002", rows)
    with closing(sqlite3.connect(path)) as connection:
        for step, position in (("late", 2), ("early", 1)):
            values = {"id": step, "workflow_activity_id": "workflow_activity-1", "title": step}
            put(connection, "step", **values, position=position)
        for card, of in (("a", "late"), ("b", "early"), ("c", None), ("d", "early")):
            values = {"id": card, "workflow_activity_id": "workflow_activity-1", "title": card}
            put(connection, "card", **values, step_id=of, position=card == "d")
        connection.commit()
    (report,) = bring(db, path)
    assert [card.id for card in db.list(Card)] == ["c", "b", "d", "a"]
    assert [card.position for card in db.list(Card)] == [0, 1, 2, 3]
    told = [(one.path, one.reason) for one in report.noted]
    assert told == [("card", "3 stood on a step, and stand below its activity")]


def test_what_has_no_place_is_counted_and_odd_values_are_the_nearest(
    db: DbAdapter, tmp_path: Path
) -> None:
    second = [
        example(Project, id="p2", name="Second"),
        msgspec.convert(
            {
                "id": "m2",
                "content_type": "inline",
                "content_text": "x",
                "status": "draft",
                "embedding_ref": "",
            },
            MemoryUnit,
        ),
    ]
    path = make(
        tmp_path / "dossier.db",
        "005",
        [*full_plan(), *second],
        "CREATE TABLE estimate (id, days)",
        "INSERT INTO estimate VALUES (1, 2), (2, 3)",
        "ALTER TABLE card ADD COLUMN points",
        "UPDATE card SET points = 3",
        "PRAGMA ignore_check_constraints = 1",
        "UPDATE card SET status = 'Doing', priority = 17, created_at = '2026-01-02 03:04:05'",
        "UPDATE card_requirement SET source = 'moon', confidence = 'high'",
        "UPDATE context_artifact SET content = NULL, integration_ref = 'no json'",
        "INSERT INTO card_question (id, card_id, text, source) VALUES ('q', 'gone', 'x', 'user')",
        "UPDATE orchestration_run SET card_id = NULL",
        "UPDATE planning_action SET payload = X'ff', created_at = 1767323045",
    )  # fmt: skip
    reports = bring(db, path)
    told = {(one.path, one.reason) for one in (*reports[0].noted, *reports[0].skipped)}
    for place, reason in (
        ("estimate", "2 rows of a table that has no place here"),
        ("card.points", "1 values of a column that has no place here"),
        ("card.status", "1 are 'Doing', which is taken as active"),
        ("card.priority", "1 are larger or smaller than they may be, and are the nearest that may"),
        ("card_requirement.source", "1 are 'moon', which is taken as imported"),
        ("card_requirement.confidence", "1 are no numbers"),
        ("context_artifact.integration_ref", "1 are no JSON object and are left empty"),
        ("context_artifact", "1 hold nothing, and get an empty content"),
        ("card_question", "1 stand below something that isn't there"),
        ("orchestration_run", "1 build a card and don't say which"),
        ("card_assignment", "1 stand below something that isn't there"),
        ("event_log.run_id", "1 name something that isn't there"),
        ("planning_action.payload", "1 are no JSON object and are left empty"),
        ("memory_unit", "1 are about nothing that is there, and go to the first project"),
    ):
        assert (place, reason) in told, (place, told)
    card = db.list(Card)[0]
    assert (card.status, card.priority, card.created_at) == (
        "active",
        4,
        "2026-01-02T03:04:05.000Z",
    )
    assert db.list(ContextArtifact)[0].content == ""
    assert db.list(PlanningAction)[0].created_at.startswith("2026-01-02T")
    assert [one.project.name for one in reports] == ["Atlas", "Second"]
    assert all(b"".join(export_json(db, project)) for project in db.list(Project))


def test_one_of_several_projects(db: DbAdapter, tmp_path: Path) -> None:
    path = make(tmp_path / "d.db", "005", [*full_plan(), example(Project, id="p2", name="Second")])
    (report,) = bring(db, path, "second")
    assert report.project.id == "p2"
    assert db.count(Project) == 1
    with pytest.raises(ImportRefused, match="there are Atlas, Second"):
        bring(db, path, "Third")


def test_what_another_program_has_not_settled_is_read(db: DbAdapter, tmp_path: Path) -> None:
    path = make(tmp_path / "dossier.db", "005")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE card SET title = 'Only in the log'")
        writer.commit()
        before = state(tmp_path)
        assert [name for name, *_ in before] == ["dossier.db", "dossier.db-shm", "dossier.db-wal"]
        bring(db, path)
        assert state(tmp_path) == before
    assert db.list(Card)[0].title == "Only in the log"
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("PRAGMA journal_mode = WAL")
    before = state(tmp_path)
    with pytest.raises(ImportRefused, match="no table project"):
        read_dossier(tmp_path / "other.db")
    assert state(tmp_path) == before


def test_what_is_no_dossier_is_refused(db: DbAdapter, tmp_path: Path) -> None:
    whole = make(tmp_path / "dossier.db", "005").read_bytes()
    for data, reason in (
        (b"", "not a SQLite database"),
        (b"x" * 4096, "not a SQLite database"),
        (whole[:30_000], "can't be read"),
        (whole[:16] + b"\xff" * 200 + whole[216:], "can't be read"),
    ):
        path = tmp_path / "broken.db"
        path.write_bytes(data)
        with pytest.raises(ImportRefused, match=reason):
            bring(db, path)
    with pytest.raises(ImportRefused, match="is a folder"):
        read_dossier(tmp_path)
    with pytest.raises(ImportRefused, match="is not there"):
        read_dossier(tmp_path / "no.db")
    with pytest.raises(ImportRefused, match="holds no project"):
        read_dossier(make(tmp_path / "empty.db", "005", []))
    assert not db.count(Project)

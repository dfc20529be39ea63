"""The tables are what the contract and the records say, and hold what they promise."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from store.migrate import discover, migrate
from store.models import column_types
from store.records import (
    RECORDS,
    Card,
    CardAssignment,
    CardContextArtifact,
    ContextArtifact,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    PlanningAction,
    Project,
    PullRequestCandidate,
    Record,
    SystemPolicyProfile,
)
from tests.store.rows import as_row, example, full_plan, put, put_all

CONTRACT: dict[str, Any] = json.loads(
    Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
)["tables"]
COLUMNS = [
    (table, column, rules)
    for table, definition in CONTRACT.items()
    for column, rules in definition["columns"].items()
]
WITH_VALUES = [
    pytest.param(*each, id=f"{each[0]}.{each[1]}") for each in COLUMNS if "values" in each[2]
]
WITH_JSON = [
    pytest.param(*each[:2], id=f"{each[0]}.{each[1]}") for each in COLUMNS if "json" in each[2]
]
RECORD_OF = {record.TABLE: record for record in RECORDS}
NOW_DEFAULT = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


@cache
def after(last: str | None) -> bytes:
    """Return the bytes of a database after the migrations up to ``last``."""
    migrations = [each for each in discover() if last is None or each.name <= last]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, migrations, database_path=None)
        return connection.serialize()


def opened(last: str | None = None) -> sqlite3.Connection:
    """Return a database in memory after the migrations up to ``last``, foreign keys on."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(after(last))
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@pytest.fixture
def contract_db() -> Iterator[sqlite3.Connection]:
    with closing(opened("005_remove_steps.sql")) as connection:
        yield connection


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(opened()) as connection:
        yield connection


def tables(connection: sqlite3.Connection) -> set[str]:
    """Return the tables that have a record: what search keeps for itself is its own."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*'"
    )
    return {name for (name,) in rows} - {"_migrations"}


def count(connection: sqlite3.Connection, table: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def references(connection: sqlite3.Connection, table: str) -> dict[str, tuple[str, str, str]]:
    rows = connection.execute(f"PRAGMA foreign_key_list({table})")
    return {row[3]: (row[2], row[4], row[6]) for row in rows}


def without(connection: sqlite3.Connection, record: type[Record]) -> None:
    """Fill every table except this one (and so what hangs below it)."""
    connection.execute("PRAGMA foreign_keys = 0")
    put_all(connection, [each for each in full_plan() if type(each) is not record])


# --- the contract, after 005


def test_contract_tables(contract_db: sqlite3.Connection) -> None:
    assert tables(contract_db) == set(CONTRACT)


@pytest.mark.parametrize("table", CONTRACT)
def test_contract_columns(contract_db: sqlite3.Connection, table: str) -> None:
    def default(rules: dict[str, str]) -> str | None:
        match rules.get("default"):
            case "now":
                return NOW_DEFAULT
            case str(text):
                return text if rules["type"] == "INTEGER" else f"'{text}'"
        return None

    assert [
        (name, type_, not notnull, value)
        for _, name, type_, notnull, value, _ in contract_db.execute(f"PRAGMA table_info({table})")
    ] == [
        (name, rules["type"], rules["null"], default(rules))
        for name, rules in CONTRACT[table]["columns"].items()
    ]


@pytest.mark.parametrize("table", CONTRACT)
def test_contract_references(contract_db: sqlite3.Connection, table: str) -> None:
    assert {
        column: (parent, key) for column, (parent, key, _) in references(contract_db, table).items()
    } == {column: (parent, "id") for column, parent in CONTRACT[table]["references"].items()}


@pytest.mark.parametrize("table", CONTRACT)
def test_contract_primary_key(contract_db: sqlite3.Connection, table: str) -> None:
    rows = contract_db.execute(f"PRAGMA table_info({table})").fetchall()
    key = tuple(row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5])
    assert key == RECORD_OF[table].KEY


@pytest.mark.parametrize(("table", "column", "rules"), WITH_VALUES)
def test_contract_values(
    contract_db: sqlite3.Connection, table: str, column: str, rules: dict[str, Any]
) -> None:
    record = RECORD_OF[table]
    without(contract_db, record)
    # What makes every value of a column possible at once.
    whole: dict[str, Any] = {"content_text": "a", "link_url": "b"} if record is MemoryUnit else {}
    allowed, refused = [*rules["values"]], ["", rules["values"][0].upper(), "other"]
    (allowed if rules["null"] else refused).append(None)
    for number, value in enumerate(allowed + refused):
        row = as_row(example(record, **whole)) | {column: value}
        if "id" in row:
            row["id"] = f"new-{number}"
        if column == "scope" and value == "workflow":
            row["card_id"] = None
        if table == "memory_unit_relation":
            row["entity_id"] = f"new-{number}"
        there = {name: row[name] for name in CONTRACT[table]["columns"]}
        contract_db.execute("SAVEPOINT one")
        if number < len(allowed):
            put(contract_db, table, **there)
        else:
            with pytest.raises(sqlite3.IntegrityError):
                put(contract_db, table, **there)
        contract_db.execute("ROLLBACK TO one")


@pytest.mark.parametrize(("table", "column"), WITH_JSON)
def test_contract_json(contract_db: sqlite3.Connection, table: str, column: str) -> None:
    record = RECORD_OF[table]
    without(contract_db, record)
    row = as_row(example(record))
    there = {name: row[name] for name in CONTRACT[table]["columns"]}
    for wrong in ("", "{", "{'a': 1}", "undefined"):
        with pytest.raises(sqlite3.IntegrityError, match="json_valid"):
            put(contract_db, table, **there | {column: wrong})
    put(contract_db, table, **there | {column: '{"a": [1]}'})


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        pytest.param(Project, {"id": "other"}, id="project name unique"),
        pytest.param(
            PlanningAction, {"id": "other", "sequence": 2}, id="idempotency key unique in project"
        ),
        pytest.param(ContextArtifact, {"id": "other", "content": None}, id="artifact empty"),
        pytest.param(CardContextArtifact, {"usage_hint": "other"}, id="one link"),
        pytest.param(SystemPolicyProfile, {"id": "other"}, id="one profile a project"),
        pytest.param(
            OrchestrationRun, {"id": "other", "scope": "workflow"}, id="workflow run, card_id"
        ),
        pytest.param(
            OrchestrationRun,
            {"id": "other", "scope": "workflow", "card_id": None, "workflow_id": None},
            id="workflow run, no workflow_id",
        ),
        pytest.param(OrchestrationRun, {"id": "other", "card_id": None}, id="card run, no card_id"),
        pytest.param(CardAssignment, {"id": "other"}, id="assignment unique"),
        pytest.param(PullRequestCandidate, {"id": "other"}, id="one candidate a run"),
        pytest.param(MemoryUnit, {"id": "other", "content_text": None}, id="inline without text"),
        pytest.param(MemoryUnit, {"id": "other", "content_type": "link"}, id="link without url"),
        pytest.param(MemoryUnitRelation, {"relation_role": None}, id="one relation"),
    ],
)
@pytest.mark.parametrize("last", ["005_remove_steps.sql", None])
def test_rules(record: type[Record], changes: dict[str, Any], last: str | None) -> None:
    with closing(opened(last)) as connection:
        put_all(connection, full_plan())
        with pytest.raises(sqlite3.IntegrityError):
            put_all(connection, [example(record, **changes)])


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        pytest.param(Project, {"id": "other", "name": " atlas "}, id="another name"),
        pytest.param(
            PlanningAction,
            {"id": "other", "sequence": 2, "idempotency_key": None},
            id="no idempotency key",
        ),
        pytest.param(
            ContextArtifact, {"id": "other", "content": None, "uri": "u"}, id="artifact uri"
        ),
        pytest.param(
            ContextArtifact,
            {"id": "other", "content": None, "integration_ref": {}},
            id="artifact integration",
        ),
        pytest.param(
            OrchestrationRun,
            {"id": "other", "scope": "workflow", "card_id": None},
            id="workflow run",
        ),
        pytest.param(OrchestrationRun, {"id": "other", "workflow_id": None}, id="card run"),
        pytest.param(CardAssignment, {"id": "other", "agent_profile": "b"}, id="another profile"),
        pytest.param(
            MemoryUnit,
            {"id": "other", "content_type": "link", "content_text": None, "link_url": "u"},
            id="link",
        ),
    ],
)
def test_rules_let_through(
    contract_db: sqlite3.Connection, record: type[Record], changes: dict[str, Any]
) -> None:
    put_all(contract_db, full_plan())
    put_all(contract_db, [example(record, **changes)])


def test_defaults_of_the_database_are_those_of_the_records(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO project (id, name) VALUES ('p', 'Atlas')")
    row = db.execute("SELECT * FROM project").fetchone()
    project = Project(**dict(zip(Project.__struct_fields__, row, strict=True)))
    assert project == Project(
        id="p", name="Atlas", created_at=project.created_at, updated_at=project.updated_at
    )
    assert len(project.created_at) == len("2026-01-31T08:00:00.000Z")


# --- the records, after every migration


def test_every_table_has_a_record(db: sqlite3.Connection) -> None:
    assert tables(db) == set(RECORD_OF)


@pytest.mark.parametrize("record", RECORDS)
def test_record_matches_table(db: sqlite3.Connection, record: type[Record]) -> None:
    held = {str: "TEXT", int: "INTEGER", float: "REAL", dict: "TEXT"}
    rows = db.execute(f"PRAGMA table_info({record.TABLE})").fetchall()
    assert [(row[1], row[2], not row[3]) for row in rows] == [
        (name, held[type_], nullable) for name, (type_, nullable) in column_types(record).items()
    ]


@pytest.mark.parametrize("record", RECORDS)
def test_record_defaults_match_table(db: sqlite3.Connection, record: type[Record]) -> None:
    def of_record(field: msgspec.structs.FieldInfo) -> str | None:
        if field.default_factory is not msgspec.NODEFAULT:
            made = field.default_factory()
            return NOW_DEFAULT if isinstance(made, str) else f"'{json.dumps(made)}'"
        match field.default:
            case None | msgspec.NODEFAULT:
                return None
            case str(text):
                return f"'{text}'"
            case number:
                return str(number)

    rows = db.execute(f"PRAGMA table_info({record.TABLE})").fetchall()
    assert {row[1]: row[4] for row in rows} == {
        field.name: of_record(field) for field in msgspec.structs.fields(record)
    }


@pytest.mark.parametrize("record", RECORDS)
def test_record_parents_match_table(db: sqlite3.Connection, record: type[Record]) -> None:
    found = references(db, record.TABLE)
    assert {column: parent for column, (parent, _, _) in found.items()} == record.PARENTS
    for column, (_, _, on_delete) in found.items():
        let_go = (record.TABLE, column) == ("event_log", "run_id")
        assert on_delete == ("SET NULL" if let_go else "CASCADE")


@pytest.mark.parametrize("record", [each for each in RECORDS if each.NATURAL_KEY])
def test_natural_keys_are_unique(db: sqlite3.Connection, record: type[Record]) -> None:
    indexes = db.execute(f"PRAGMA index_list({record.TABLE})").fetchall()
    assert record.NATURAL_KEY in [
        tuple(row[2] for row in db.execute(f"PRAGMA index_info({name})"))
        for _, name, unique, _, partial in indexes
        if unique and not partial
    ]


@pytest.mark.parametrize("record", [each for each in RECORDS if each.PARENTS])
def test_foreign_keys_are_indexed(db: sqlite3.Connection, record: type[Record]) -> None:
    indexes = db.execute(f"PRAGMA index_list({record.TABLE})").fetchall()
    first = {
        db.execute(f"PRAGMA index_info({name})").fetchone()[2]
        for _, name, _, _, partial in indexes
        if not partial
    }
    assert set(record.PARENTS) <= first


@pytest.mark.parametrize("record", [each for each in RECORDS if each.PARENTS])
def test_listings_below_a_parent_scan_no_table(
    db: sqlite3.Connection, record: type[Record]
) -> None:
    for column in record.PARENTS:
        plan = db.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM {record.TABLE} WHERE {column} = 'x' "
            f"ORDER BY {', '.join(record.ORDER)}"
        ).fetchall()
        steps = [row[3] for row in plan]
        assert steps[0].startswith(f"SEARCH {record.TABLE} USING")
        # Only ties are sorted ("… FOR RIGHT PART OF ORDER BY"); the index gives the rest.
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps


# --- deleting


RUN_TABLES = (
    "orchestration_run",
    "card_assignment",
    "agent_execution",
    "agent_commit",
    "run_check",
    "pull_request_candidate",
    "approval_request",
    "diff_comment",
)
CARD_TABLES = (
    "card",
    "card_context_artifact",
    "card_requirement",
    "card_known_fact",
    "card_assumption",
    "card_question",
    "card_planned_file",
    *RUN_TABLES,
)


@pytest.mark.parametrize(
    ("table", "gone"),
    [
        ("orchestration_run", RUN_TABLES),
        ("system_policy_profile", ("system_policy_profile", *RUN_TABLES)),
        ("card", CARD_TABLES),
        ("workflow_activity", ("workflow_activity", *CARD_TABLES)),
        ("workflow", ("workflow", "workflow_activity", *CARD_TABLES)),
    ],
)
def test_deleting_takes_all_below_and_keeps_the_events(
    db: sqlite3.Connection, table: str, gone: tuple[str, ...]
) -> None:
    put_all(db, full_plan())
    db.execute(f"DELETE FROM {table}")
    assert {each for each in tables(db) if count(db, each) == 0} == set(gone)
    assert db.execute("SELECT id, run_id FROM event_log").fetchall() == [("event_log-1", None)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_deleting_a_workflow_takes_its_own_runs(db: sqlite3.Connection) -> None:
    run = example(OrchestrationRun, scope="workflow", card_id=None)
    put_all(db, [run if type(each) is OrchestrationRun else each for each in full_plan()])
    db.execute("DELETE FROM card")
    assert count(db, "orchestration_run") == 1
    db.execute("DELETE FROM workflow")
    assert count(db, "orchestration_run") == 0
    assert db.execute("SELECT run_id FROM event_log").fetchall() == [(None,)]


def test_deleting_a_project_archives_its_events(db: sqlite3.Connection) -> None:
    put_all(db, full_plan())
    put_all(db, [example(Project, id="project-2", name="Other")])
    put(db, "event_log", id="e2", project_id="project-2", event_type="t", actor="a")
    db.execute("DELETE FROM project WHERE id = 'project-1'")
    left = {each for each in tables(db) if count(db, each)}
    memory = {"memory_unit", "memory_unit_relation", "memory_retrieval_log"}
    assert left == {"project", "event_log", "event_archive"} | memory
    assert db.execute("SELECT id FROM event_log").fetchall() == [("e2",)]
    assert db.execute(
        "SELECT id, project_id, project_name, run_id, event_type, actor, payload, created_at "
        "FROM event_archive WHERE project_id = 'project-1'"
    ).fetchall() == [
        (
            "event_log-1",
            "project-1",
            "Atlas",
            "orchestration_run-1",
            "run.queued",
            "someone",
            '{"card":"card-1"}',
            "2026-01-31T08:00:00.000Z",
        )
    ]


def test_a_project_that_came_back_can_be_deleted_again(db: sqlite3.Connection) -> None:
    for name in ("Atlas", "Atlas again"):
        put_all(db, [example(Project, name=name)])
        put(db, "event_log", id="e", project_id="project-1", event_type="t", actor="a")
        db.execute("DELETE FROM project")
    rows = db.execute("SELECT id, project_name FROM event_archive").fetchall()
    assert rows == [("e", "Atlas again")]


# --- 005


def with_steps() -> sqlite3.Connection:
    """Return a database at 004: an activity with steps, one without, cards with all below."""
    connection = opened("004_project_description.sql")
    put_all(connection, full_plan())
    put(
        connection, "workflow_activity", id="plain", workflow_id="workflow-1", title="P", position=1
    )
    put(connection, "workflow_activity", id="tidy", workflow_id="workflow-1", title="T", position=2)
    for step, activity, position in (
        ("late", "workflow_activity-1", 1),
        ("early", "workflow_activity-1", 0),
        ("only", "tidy", 0),
    ):
        put(
            connection,
            "step",
            id=step,
            workflow_activity_id=activity,
            title=step,
            position=position,
        )
    for card, activity, step, position in (
        ("l0", "workflow_activity-1", "late", 0),
        ("l1", "workflow_activity-1", "late", 1),
        ("e0", "workflow_activity-1", "early", 0),
        ("e1", "workflow_activity-1", "early", 1),
        ("p0", "plain", None, 7),
        ("p1", "plain", None, 7),
        ("t0", "tidy", "only", 4),
        ("t1", "tidy", None, 2),
    ):
        put(
            connection,
            "card",
            id=card,
            workflow_activity_id=activity,
            step_id=step,
            title=card,
            position=position,
            status="review",
            created_at="2026-01-01T00:00:00.000Z",
        )
    return connection


def test_removing_steps_loses_nothing_else() -> None:
    columns = [each for each in CONTRACT["card"]["columns"] if each != "position"]
    select = f"SELECT rowid, {', '.join(columns)} FROM card ORDER BY id"
    with closing(with_steps()) as connection:
        kept = sorted(tables(connection) - {"step"})
        cards = connection.execute(select).fetchall()
        counts = {table: count(connection, table) for table in kept}
        migrate(connection, discover()[:5], database_path=None)
        assert connection.execute(select).fetchall() == cards
        assert {table: count(connection, table) for table in kept} == counts
        assert tables(connection) == set(CONTRACT)
        connection.execute("DELETE FROM card WHERE id = 'card-1'")
        assert count(connection, "card_requirement") == 0


def test_removing_steps_keeps_the_order_people_saw() -> None:
    with closing(with_steps()) as connection:
        migrate(connection, discover()[:5], database_path=None)
        rows = connection.execute(
            "SELECT workflow_activity_id, id, position FROM card ORDER BY 1, position, id"
        ).fetchall()
    assert [row[1:] for row in rows if row[0] == "workflow_activity-1"] == [
        ("card-1", 0),
        ("e0", 1),
        ("e1", 2),
        ("l0", 3),
        ("l1", 4),
    ]
    assert [row[1:] for row in rows if row[0] == "plain"] == [("p0", 7), ("p1", 7)]
    assert [row[1:] for row in rows if row[0] == "tidy"] == [("t1", 2), ("t0", 4)]


# --- 006


def test_cards_and_actions_are_numbered() -> None:
    with closing(opened("005_remove_steps.sql")) as connection:
        for project in ("p", "q", "empty"):
            put(connection, "project", id=project, name=project, action_sequence=40)
        for project, first, second in (("p", 0, 1), ("q", 1, 0)):
            for lane, position in (("a", first), ("b", second)):
                put(
                    connection,
                    "workflow",
                    id=project + lane,
                    project_id=project,
                    title="w",
                    position=position,
                )
                put(
                    connection,
                    "workflow_activity",
                    id=project + lane,
                    workflow_id=project + lane,
                    title="a",
                    position=0,
                )
                for card, created in (
                    ("1", "2026-01-02"),
                    ("2", "2026-01-02"),
                    ("3", "2026-01-01"),
                ):
                    put(
                        connection,
                        "card",
                        id=project + lane + card,
                        workflow_activity_id=project + lane,
                        title="c",
                        position=int(card),
                        created_at=created,
                    )
        for action, project, verdict, created in (
            ("z1", "p", "accepted", "2026-01-02"),
            ("a2", "p", "accepted", "2026-01-02"),
            ("x", "p", "rejected", "2026-01-01"),
            ("first", "p", "accepted", "2026-01-01"),
            ("other", "q", "accepted", "2026-01-09"),
        ):
            put(
                connection,
                "planning_action",
                id=action,
                project_id=project,
                action_type="t",
                validation_status=verdict,
                created_at=created,
            )
        migrate(connection, discover(), database_path=None)
        numbered = connection.execute("SELECT id FROM card WHERE id LIKE 'p%' ORDER BY number")
        assert [row[0] for row in numbered] == ["pa3", "pb3", "pa1", "pa2", "pb1", "pb2"]
        numbered = connection.execute("SELECT id FROM card WHERE id LIKE 'q%' ORDER BY number")
        assert [row[0] for row in numbered] == ["qb3", "qa3", "qb1", "qb2", "qa1", "qa2"]
        assert sorted(connection.execute("SELECT number, count(*) FROM card GROUP BY 1")) == [
            (number, 2) for number in range(1, 7)
        ]
        assert connection.execute(
            "SELECT id, card_sequence, action_sequence FROM project ORDER BY id"
        ).fetchall() == [("empty", 0, 0), ("p", 6, 3), ("q", 6, 1)]
        assert connection.execute(
            "SELECT id, sequence, batch_id FROM planning_action ORDER BY project_id, sequence"
        ).fetchall() == [
            ("x", None, None),
            ("first", 1, "first"),
            ("z1", 2, "z1"),
            ("a2", 3, "a2"),
            ("other", 1, "other"),
        ]


def test_a_sequence_number_is_given_once_in_a_project(db: sqlite3.Connection) -> None:
    put_all(db, full_plan())
    again = {"idempotency_key": None}
    with pytest.raises(sqlite3.IntegrityError):
        put_all(db, [example(PlanningAction, id="b", **again)])
    for number in range(2):
        refused = {"sequence": None, "validation_status": "rejected", "id": f"r{number}"}
        put_all(db, [example(PlanningAction, **again, **refused)])


@pytest.mark.parametrize("column", ["inverse", "result"])
def test_what_006_adds_holds_json(db: sqlite3.Connection, column: str) -> None:
    put_all(db, [example(Project)])
    row = as_row(example(PlanningAction))
    with pytest.raises(sqlite3.IntegrityError, match="json_valid"):
        put(db, "planning_action", **row | {column: "{"})
    put(db, "planning_action", **row | {column: None})


def test_cards_may_have_no_number(db: sqlite3.Connection) -> None:
    put_all(db, full_plan())
    put_all(db, [example(Card, id=name, number=None) for name in ("card-2", "card-3")])
    assert count(db, "card") == 3

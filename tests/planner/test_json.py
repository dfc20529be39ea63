"""All of a project as JSON and back, byte by byte; broken documents; a project that is there."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import ActionRefused
from planner.exporters.json import export_json
from planner.finding import find
from planner.importers.json import read_json
from planner.importers.restoring import import_documents
from planner.importers.rows_writing import RowsReport
from planner.importers.wanted import ImportRefused
from store.adapter import DbAdapter
from store.records import Card, MemoryUnit, Project
from tests.planner import any_actions
from tests.planner.plans import Plan, opened
from tests.planner.runs.run_rows import add_run
from tests.store.rows import example, full_plan


@pytest.fixture
def db(tmp_path: Path) -> Iterator[DbAdapter]:
    with opened(tmp_path / "plan.db") as db:
        yield db


@pytest.fixture
def other(tmp_path: Path) -> Iterator[DbAdapter]:
    with opened(tmp_path / "other.db") as db:
        yield db


def put_full_plan(db: DbAdapter) -> Project:
    """Put one row of every table into a database, and return the project."""
    for row in full_plan():
        counted = {"action_sequence": 1} if isinstance(row, Project) else {}
        db.insert(msgspec.structs.replace(row, **counted))
    return db.list(Project)[0]


def written(db: DbAdapter, project_id: str) -> bytes:
    project = db.get(Project, project_id)
    assert project is not None
    return b"".join(export_json(db, project))


SCHEMA = Path(__file__).parents[2] / "docs" / "plan.schema.json"
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def check(value: Any, schema: dict[str, Any], root: Any = None) -> None:
    """Check a value against as much of JSON Schema as the published one uses."""
    root = root or schema
    if "$ref" in schema:
        check(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        held = [
            one for one in schema["anyOf"] if isinstance(value, TYPES[one.get("type", "string")])
        ]
        check(value, held[0], root)
    assert isinstance(value, TYPES[schema.get("type", "object")]) or "type" not in schema
    assert value in schema.get("enum", [value])
    assert value == schema.get("const", value)
    assert len(value) <= schema["maxItems"] if "maxItems" in schema else True
    for name in schema.get("required", ()):
        assert name in value
    for name, one in schema.get("properties", {}).items():
        if name in value:
            check(value[name], one, root)
    if schema.get("additionalProperties", True) is False:
        assert value.keys() <= schema["properties"].keys()
    for one in value if "items" in schema else ():
        check(one, schema["items"], root)


def bring(db: DbAdapter, data: bytes, name: str | None = None, **options: Any) -> RowsReport:
    (report,) = import_documents(db, read_json(data), project_name=name, **options)
    return report


def test_every_table_comes_back_byte_by_byte(db: DbAdapter, other: DbAdapter) -> None:
    project = put_full_plan(db)
    data = written(db, project.id)
    assert data.endswith(b"}\n")
    check(json.loads(data), json.loads(SCHEMA.read_text()))
    tables = json.loads(data)["tables"]
    assert [name for name, rows in tables.items() if len(rows) != 1] == []
    assert bring(other, data, dry_run=True).project_made
    assert not other.count(Project)
    steps: list[tuple[int, int]] = []
    report = bring(other, data, progress=lambda *step: steps.append(step))
    assert steps[-1] == (len(tables), len(tables))
    assert set(report.added.values()) == {1}
    assert [one.path for one in report.noted] == ["orchestration_run orchestration_run-1"]
    assert written(other, project.id) == data
    assert [hit.title for hit in find(other, "aliases")] == [
        hit.title for hit in find(db, "aliases")
    ]
    assert find(other, "aliases")


@settings(max_examples=8)
@given(
    st.lists(any_actions.batches, max_size=12),
    st.lists(st.sampled_from(["c0", "c1", "c5"]), max_size=2, unique=True),
)
def test_any_plan_comes_back_byte_by_byte(batches: list[Any], built: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with opened(Path(folder) / "plan.db") as db:
            plan = Plan(db)
            any_actions.seed(plan)
            if built:
                add_run(plan, *built)
            for batch in batches:
                with contextlib.suppress(ActionRefused):
                    plan.apply(*batch)
            data, held = written(db, plan.project_id), plan.dump()
            words = {text for card in held["card"] for text in card.title.split()}  # type: ignore[attr-defined]
            found = {word: db.search([word], limit=50) for word in sorted(words)}
        with opened(Path(folder) / "copy.db") as copy:
            bring(copy, data)
            assert written(copy, plan.project_id) == data
            for word, hits in found.items():
                assert sorted(copy.search([word], limit=50)) == sorted(hits)
            # It goes on as the other would have: what was done there is taken back here.
            again = Plan.__new__(Plan)
            again.__dict__ |= {**plan.__dict__, "db": copy}
            again.planner = again.as_actor("ben")
            with contextlib.suppress(ActionRefused):  # some of it is being built
                again.undo()


def test_a_plan_of_another_is_not_in_the_document(db: DbAdapter, other: DbAdapter) -> None:
    put_full_plan(db)
    plan = Plan(db, "Other")
    plan.build(1, 1, 1)
    unit = example(MemoryUnit, id="shared")
    db.insert(unit)
    relation = {"memory_unit_id": "shared", "entity_type": "card", "relation_role": None}
    for entity_id in ("card-1", "w1a1c1", "long gone"):
        db.insert(msgspec.convert({**relation, "entity_id": entity_id}, _relation()))
    tables = json.loads(written(db, "project-1"))["tables"]
    assert [row["id"] for row in tables["card"]] == ["card-1"]
    about = [row["entity_id"] for row in tables["memory_unit_relation"]]
    assert about == ["card-1", "card-1", "long gone"]
    for project_id in ("project-1", plan.project_id):
        data = written(db, project_id)
        bring(other, data)
        assert written(other, project_id) == data
    assert other.count(MemoryUnit) == 2


def _relation() -> Any:
    from store.records import MemoryUnitRelation

    return MemoryUnitRelation


def change(data: bytes, table: str, **values: Any) -> bytes:
    """Return a document whose first row of a table has other values; ``...`` takes one out."""
    document = json.loads(data)
    row = document["tables"][table][0]
    for name, value in values.items():
        if value is ...:
            del row[name]
        else:
            row[name] = value
    return json.dumps(document).encode()


ROWS = [
    ("card", {"titel": "x"}, "card, row 1", "did you mean title?"),
    ("card", {"title": ...}, "card, row 1", "its title is missing"),
    ("card", {"created_at": ...}, "card, row 1", "created_at is missing"),
    ("card", {"status": "done"}, "card, row 1", "Invalid enum value 'done'"),
    ("card", {"priority": 9}, "card, row 1 (card-1)", "priority is 9"),
    ("card", {"priority": True}, "card, row 1", "got `bool`"),
    ("card", {"position": 2**70}, "card, row 1", "larger than a database takes"),
    ("card", {"workflow_activity_id": "no"}, "card, row 1 (card-1)", "'no', and the document"),
    ("planning_action", {"inverse": [["drop"]]}, "planning_action, row 1", "list of row changes"),
    ("memory_unit", {"content_text": None}, "memory_unit", "memory_unit-1 was refused"),
]


@pytest.mark.parametrize(("table", "values", "place", "reason"), ROWS, ids=[one[3] for one in ROWS])
def test_rows_that_cannot_stand_are_refused(
    db: DbAdapter, other: DbAdapter, table: str, values: Any, place: str, reason: str
) -> None:
    data = change(written(db, put_full_plan(db).id), table, **values)
    with pytest.raises(ImportRefused) as refused:
        bring(other, data)
    problem = refused.value.problems[0]
    assert problem.path.startswith(place)
    assert reason.replace("memory_unit-1", "memory unit memory_unit-1") in problem.reason
    assert not other.count(Project)


def test_broken_documents_are_refused(db: DbAdapter, other: DbAdapter, tmp_path: Path) -> None:
    data = written(db, put_full_plan(db).id)
    deep = b'{"format":"planner-tui","version":1,"x":' + b"[" * 100_000
    for broken, reason in (
        (b"", "it is empty"),
        (b"{}", "no document of planner-tui"),
        (b"[1]", "another shape"),
        (data.replace(b'"version":1', b'"version":7'), "newer planner-tui: it has version 7"),
        (data.replace(b'"version":1', b'"version":"a"'), "another shape"),
        (data[: len(data) // 2], "it was cut off"),
        (data.replace(b'"card":[', b'"crad":['), "did you mean card?"),
        (data.replace(b'"card":[', b'"card":[}'), "line 8, column 9: it is no JSON"),
        (data.replace(b'"project":[', b'"project":[{},'), "it holds 2"),
        (data.replace(b"Sign up", b"\xff"), "UTF-8"),
        (data.replace(b"Sign up", b"\\ud800"), "line 5, column"),
        (deep, "nested too deeply"),
        (b"\xff\xfe{", "UTF-16"),
    ):
        with pytest.raises(ImportRefused) as refused:
            bring(other, broken)
        assert reason in str(refused.value), reason
        path = tmp_path / "broken.json"
        path.write_bytes(broken)
        with pytest.raises(ImportRefused):
            bring(other, path)  # type: ignore[arg-type]
    twice = json.loads(data)
    twice["tables"]["card"] *= 2
    with pytest.raises(ImportRefused, match="it is there twice"):
        bring(other, json.dumps(twice).encode())
    assert not other.count(Project)
    bring(other, b"\xef\xbb\xbf" + data)
    with pytest.raises(ImportRefused, match="the project “Atlas” of this database has a row"):
        bring(other, change(data, "project", id="p2", name="Else").replace(b'"project-1"', b'"p2"'))


def test_what_is_behind_or_shared_is_told(db: DbAdapter, other: DbAdapter) -> None:
    data = written(db, put_full_plan(db).id)
    data = change(data, "project", action_sequence=0, card_sequence=0)
    other.insert(example(MemoryUnit, content_text="Another text."))
    report = bring(other, data, "Renamed")
    assert (report.project.name, other.list(Project)[0].action_sequence) == ("Renamed", 1)
    told = [one.reason for one in report.noted]
    assert any("stays as it is there" in reason for reason in told)
    assert any("action_sequence is 0, which is raised to 1" in reason for reason in told)
    assert other.list(MemoryUnit)[0].content_text == "Another text."
    assert other.list(Card)[0].number == 1

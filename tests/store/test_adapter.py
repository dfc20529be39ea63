"""The contract of ``DbAdapter``: what any adapter, whatever its engine, must do."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from store.adapter import DbAdapter
from store.errors import RowMissing, RowRefused, StoreError, UnknownColumn
from store.models import column_types
from store.open import open_store
from store.records import (
    RECORDS,
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    Card,
    CardAssignment,
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    DiffComment,
    EventArchive,
    EventLog,
    MemoryRetrievalLog,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    PlanningAction,
    Project,
    PullRequestCandidate,
    Record,
    RunCheck,
    SystemPolicyProfile,
    Workflow,
    WorkflowActivity,
)
from tests.store.fresh import migrated
from tests.store.rows import NOW, example, full_plan

NEW = "2027-01-01T00:00:00.000Z"
AdapterFactory = Callable[[], DbAdapter]

TABLES = [pytest.param(table, id=table.TABLE) for table in RECORDS]
JSON_COLUMNS = [
    pytest.param(table, column, id=f"{table.TABLE}.{column}")
    for table in RECORDS
    for column, (held, _) in column_types(table).items()
    if held is dict
]
PARENTS = [
    pytest.param(table, column, id=f"{table.TABLE}.{column}")
    for table in RECORDS
    for column in table.PARENTS
]
NATURAL = [pytest.param(table, id=table.TABLE) for table in RECORDS if table.NATURAL_KEY]
POSITIONED = [
    pytest.param(table, id=table.TABLE) for table in RECORDS if "position" in column_types(table)
]


@pytest.fixture(params=["sqlite"])
def adapter(request: pytest.FixtureRequest, database_path: Path) -> AdapterFactory:
    """Return what opens the one database of this test, again and again."""
    database_path.write_bytes(migrated())
    return {"sqlite": lambda: open_store(database_path)}[request.param]


@pytest.fixture
def db(adapter: AdapterFactory) -> Iterator[DbAdapter]:
    db = adapter()
    with db.connection():
        yield db


@pytest.fixture
def plan(db: DbAdapter) -> DbAdapter:
    """Return the store with a row in each table."""
    db.insert_many(full_plan())
    return db


def key_of(record: Record) -> list[str]:
    return [getattr(record, name) for name in record.KEY]


def text_column(table: type[Record]) -> str:
    """Return a column that takes any text: neither key, parent nor enum."""
    info = msgspec.inspect.type_info(table)
    assert isinstance(info, msgspec.inspect.StructType)
    free = [
        field.name
        for field in info.fields
        if isinstance(msgspec.inspect.StrType(), type(field.type))
        or (
            isinstance(field.type, msgspec.inspect.UnionType)
            and any(isinstance(kind, msgspec.inspect.StrType) for kind in field.type.types)
        )
    ]
    return next(name for name in free if name not in (*table.KEY, *table.PARENTS))


def in_thread(work: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=30)


# --- rows


@pytest.mark.parametrize("table", TABLES)
def test_a_row_comes_back_as_it_went_in(
    plan: DbAdapter, adapter: AdapterFactory, table: type[Record]
) -> None:
    record = example(table)
    again = adapter()
    with again.connection():
        found = again.get(table, *key_of(record))
        assert found == record
        assert type(found) is table
        assert again.list(table) == [record]


@pytest.mark.parametrize(("table", "column"), PARENTS)
def test_rows_are_listed_and_counted_by_each_parent(
    plan: DbAdapter, table: type[Record], column: str
) -> None:
    record = example(table)
    where = {column: getattr(record, column)}
    assert plan.list(table, **where) == [record]
    assert plan.count(table, **where) == 1
    assert plan.list(table, **{column: "nobody"}) == []
    assert plan.count(table, **{column: "nobody"}) == 0


@pytest.mark.parametrize("table", [t for t in RECORDS if t is not MemoryUnitRelation])
def test_a_column_is_updated_and_the_others_stay(plan: DbAdapter, table: type[Record]) -> None:
    record, column = example(table), text_column(table)
    text = "New\n[red] \x1b[2J \x00 naïve 東京 🎈 '; DROP TABLE card; --"
    plan.update(table, *key_of(record), **{column: text})
    assert plan.get(table, *key_of(record)) == msgspec.structs.replace(record, **{column: text})


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_row_is_gone(plan: DbAdapter, table: type[Record]) -> None:
    key = key_of(example(table))
    plan.delete(table, *key)
    assert plan.get(table, *key) is None
    assert plan.count(table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_row_is_no_row_and_can_not_be_changed(db: DbAdapter, table: type[Record]) -> None:
    key = ["nobody"] * len(table.KEY)
    words = table.TABLE.replace("_", " ")
    column = next(name for name in column_types(table) if name not in table.KEY)
    assert db.get(table, *key) is None
    with pytest.raises(RowMissing, match=f"no {words} nobody"):
        db.update(table, *key, **{column: None})
    with pytest.raises(RowMissing, match=f"no {words} nobody"):
        db.delete(table, *key)


@pytest.mark.parametrize("table", TABLES)
def test_a_key_is_taken_once(plan: DbAdapter, table: type[Record]) -> None:
    with pytest.raises(RowRefused, match=table.TABLE.replace("_", " ")):
        plan.insert(example(table))
    assert plan.count(table) == 1


@pytest.mark.parametrize(("table", "column"), PARENTS)
def test_a_parent_must_be_there(plan: DbAdapter, table: type[Record], column: str) -> None:
    names = {name: "another" for name in table.KEY if name == "id"}
    orphan = example(table, **{**names, column: "nobody"})
    with pytest.raises(RowRefused):
        plan.insert(orphan)
    with pytest.raises(RowRefused):
        plan.update(table, *key_of(example(table)), **{column: "nobody"})
    assert plan.list(table) == [example(table)]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_named_by_its_whole_key(plan: DbAdapter, table: type[Record]) -> None:
    key = key_of(example(table))
    for wrong in ([], [*key, "more"]):
        with pytest.raises(TypeError):
            plan.get(table, *wrong)
        with pytest.raises(TypeError):
            plan.delete(table, *wrong)


# --- JSON


@pytest.mark.parametrize(("table", "column"), JSON_COLUMNS)
def test_json_comes_back_as_it_went_in(plan: DbAdapter, table: type[Record], column: str) -> None:
    record = example(table)
    is_list = isinstance(getattr(record, column), list) or "paths" in column or column == "command"
    inner: dict[str, Any] = {
        "text": "naïve 東京 🎈 \x00 \"'",
        "numbers": [0, -1, 2**53, 0.1, 1e300],
        "nothing": None,
        "deep": {"": [[], {}, True]},
    }
    for value in ([inner, "x"], []) if is_list else (inner, {}):
        plan.update(table, *key_of(record), **{column: value})
        found = plan.get(table, *key_of(record))
        assert getattr(found, column) == value
    _, nullable = column_types(table)[column]
    if nullable:
        plan.update(table, *key_of(record), **{column: None})
        assert getattr(plan.get(table, *key_of(record)), column) is None
        assert plan.count(table, **{column: None}) == 1


# --- listing


def test_a_list_as_a_value_means_any_of_them(db: DbAdapter) -> None:
    db.insert(example(Project))
    db.insert_many(
        example(Workflow, id=f"w{n:04}", position=n % 50, title=f"W{n % 7}") for n in range(2000)
    )
    everyone = [f"w{n:04}" for n in range(2000)]
    assert db.list(Workflow, id=[]) == []
    assert db.count(Workflow, id=[]) == 0
    assert [w.id for w in db.list(Workflow, id=["w0003"])] == ["w0003"]
    assert [w.id for w in db.list(Workflow, id=("w0002", "w0001", "nobody"))] == ["w0001", "w0002"]
    assert db.count(Workflow, id=["w0001", "w0002", "w0001"]) == 2

    in_order = db.list(Workflow)
    assert len(in_order) == 2000
    shuffled = [*reversed(everyone), "w0000", "nobody"]
    assert db.list(Workflow, id=shuffled) == in_order
    assert db.list(Workflow, id=shuffled, newest_first=True) == in_order[::-1]
    assert db.list(Workflow, id=shuffled, limit=7) == in_order[:7]
    assert db.list(Workflow, id=shuffled, limit=7, newest_first=True) == in_order[:-8:-1]
    assert db.count(Workflow, id=shuffled) == 2000
    some = [w for w in in_order if w.title in ("W1", "W2")]
    assert db.list(Workflow, id=shuffled, title=["W1", "W2"]) == some
    assert db.count(Workflow, id=shuffled, title=["W1", "W2"], project_id="project-1") == len(some)


def test_none_means_null(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="described", description="x", number=2))
    assert [card.id for card in plan.list(Card, description=None)] == ["card-1"]
    assert plan.count(Card, description=None, workflow_activity_id="workflow_activity-1") == 1
    assert plan.list(PlanningAction, sequence=None) == []
    plan.update(Card, "described", description=None)
    assert plan.count(Card, description=None) == 2


def test_nulls_sort_first_whether_in_parts_or_whole(db: DbAdapter) -> None:
    db.insert(example(Project))
    times = [None, "2026-01-01T00:00:00Z", None, "2025-01-01T00:00:00Z"]
    db.insert_many(
        example(
            PlanningAction, id=f"a{n}", sequence=None if at is None else n, idempotency_key=None
        )
        for n, at in enumerate(times)
    )
    padding = [f"nobody{n}" for n in range(1000)]
    ids = ["a0", "a1", "a2", "a3"]
    for order in (False, True):
        whole = db.list(PlanningAction, id=ids, newest_first=order)
        assert db.list(PlanningAction, id=[*ids, *padding], newest_first=order) == whole


def test_limit_and_newest_first(plan: DbAdapter) -> None:
    plan.delete(EventLog, "event_log-1")
    plan.insert_many(
        example(EventLog, id=f"e{n}", created_at=f"2026-01-0{n}T00:00:00Z") for n in range(1, 6)
    )
    assert [e.id for e in plan.list(EventLog, limit=2)] == ["e1", "e2"]
    assert [e.id for e in plan.list(EventLog, limit=2, newest_first=True)] == ["e5", "e4"]
    assert plan.list(EventLog, limit=0) == []
    assert len(plan.list(EventLog, limit=99)) == 5


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_column_is_named(plan: DbAdapter, table: type[Record]) -> None:
    key = key_of(example(table))
    for call in (
        lambda: plan.list(table, colour="x"),
        lambda: plan.list(table, colour=None),
        lambda: plan.count(table, colour=["x", "y"]),
        lambda: plan.update(table, *key, colour="x"),
    ):
        with pytest.raises(UnknownColumn, match=f"Table {table.TABLE} has no column 'colour'"):
            call()


# --- what is refused


def test_a_rule_that_is_broken_is_named(plan: DbAdapter) -> None:
    with pytest.raises(RowRefused, match="status"):
        plan.update(Card, "card-1", status="done")
    with pytest.raises(RowRefused, match=r"project\.name"):
        plan.insert(example(Project, id="another"))
    with pytest.raises(RowRefused, match="a run of a card needs card_id"):
        plan.update(OrchestrationRun, "orchestration_run-1", card_id=None, workflow_id=None)
    with pytest.raises(RowRefused, match="context artifact needs content, uri or integration_ref"):
        plan.insert(example(ContextArtifact, id="empty", content=None))
    with pytest.raises(RowRefused, match=r"card\.title"):
        plan.update(Card, "card-1", title=None)
    assert plan.list(Card) == [example(Card)]


def test_half_a_surrogate_pair_is_refused_everywhere(plan: DbAdapter) -> None:
    half = "half \ud800"
    for call in (
        lambda: plan.insert(example(Workflow, id="w2", title=half)),
        lambda: plan.insert(example(Workflow, id=half)),
        lambda: plan.insert(example(EventLog, id="e2", payload={"deep": [half]})),
        lambda: plan.update(Card, "card-1", title=half),
        lambda: plan.update(ContextArtifact, "context_artifact-1", integration_ref={half: 1}),
        lambda: plan.upsert(example(Project, description=half)),
        lambda: plan.get(Card, half),
        lambda: plan.list(Card, title=half),
        lambda: plan.delete(Card, half),
    ):
        with pytest.raises(RowRefused, match="half of a surrogate pair"):
            call()
    assert plan.list(Card) == [example(Card)]
    assert plan.count(Workflow) == 1


def test_insert_many_is_all_or_none(db: DbAdapter) -> None:
    rows = [*full_plan(), example(Card, id="orphan", workflow_activity_id="nobody")]
    with pytest.raises(RowRefused):
        db.insert_many(rows)
    assert all(db.count(table) == 0 for table in RECORDS)


def test_insert_many_names_the_row_that_is_refused(plan: DbAdapter) -> None:
    for wrong in (example(Card, number=3), example(Card, id="c", title="\ud800")):
        rows = [example(Card, id=f"new-{n}", number=n) for n in range(5)]
        with pytest.raises(RowRefused, match=r"a card card-1 already|surrogate"):
            plan.insert_many([*rows, wrong, *rows])
        assert plan.count(Card) == 1


def test_bulk_writes_as_usual(plan: DbAdapter) -> None:
    with suppress(RowRefused), plan.bulk(), plan.transaction():
        plan.insert_many(example(Card, id=f"c{n}", number=n) for n in range(50))
        plan.insert(example(Card, number=3))
    assert plan.count(Card) == 1
    with plan.bulk(), plan.transaction():
        plan.insert_many(example(Card, id=f"c{n}", number=n) for n in range(50))
    assert plan.count(Card) == 51
    assert len(plan.search(["check", "the"], limit=99)) == 51


# --- upsert


@pytest.mark.parametrize("table", NATURAL)
def test_upsert_goes_by_the_natural_key(plan: DbAdapter, table: type[Record]) -> None:
    record, column = (
        example(table),
        next(
            name
            for name, (held, _) in column_types(table).items()
            if name in ("description", "feature_branch", "required_checks")
        ),
    )
    value: Any = ["unit"] if column == "required_checks" else "New"
    changes: dict[str, Any] = {"id": "another", column: value, "updated_at": NEW}
    if "created_at" in column_types(table):
        changes["created_at"] = NEW
    kept = plan.upsert(msgspec.structs.replace(record, **changes))
    expected = msgspec.structs.replace(record, **{column: value, "updated_at": NEW})
    assert kept == expected
    assert plan.list(table) == [expected]


@pytest.mark.parametrize("table", TABLES)
def test_upsert_adds_what_is_not_there(db: DbAdapter, table: type[Record]) -> None:
    rows = full_plan()
    db.insert_many(rows[: RECORDS.index(table)])
    assert db.upsert(example(table)) == example(table)
    assert db.upsert(example(table)) == example(table)
    assert db.list(table) == [example(table)]


def test_upsert_without_a_natural_key_goes_by_the_primary_key(plan: DbAdapter) -> None:
    kept = plan.upsert(example(Card, title="New", created_at=NEW))
    assert kept == example(Card, title="New")
    link = example(CardContextArtifact, usage_hint="Again.")
    assert plan.upsert(link) == link
    assert plan.list(CardContextArtifact) == [link]


def test_upsert_keeps_the_rules(plan: DbAdapter) -> None:
    with pytest.raises(RowRefused):
        plan.upsert(example(Card, id="orphan", workflow_activity_id="nobody"))
    with pytest.raises(RowRefused):
        plan.upsert(example(Project, name="Other"))  # the id is taken by another name


# --- transactions


def test_a_transaction_lands_whole_or_not_at_all(plan: DbAdapter, adapter: AdapterFactory) -> None:
    with pytest.raises(ZeroDivisionError), plan.transaction():  # noqa: PT012  (what it undoes)
        plan.update(Card, "card-1", title="New")
        plan.insert(example(Workflow, id="w2"))
        raise ZeroDivisionError
    with plan.transaction():
        plan.update(Card, "card-1", priority=3)
        plan.insert(example(Workflow, id="w3"))
    again = adapter()
    with again.connection():
        assert again.get(Card, "card-1") == example(Card, priority=3)
        assert [w.id for w in again.list(Workflow)] == ["w3", "workflow-1"]


def test_an_inner_transaction_fails_alone(plan: DbAdapter) -> None:
    with plan.transaction():
        plan.update(Card, "card-1", priority=1)
        with pytest.raises(RowRefused), plan.transaction():  # noqa: PT012  (what it undoes)
            plan.update(Card, "card-1", priority=2)
            with plan.transaction():
                plan.update(Card, "card-1", priority=3)
            plan.update(Card, "card-1", status="done")
        with plan.transaction():
            plan.update(Card, "card-1", description="kept")
    assert plan.get(Card, "card-1") == example(Card, priority=1, description="kept")


def test_an_outer_failure_undoes_what_inner_ones_did(plan: DbAdapter) -> None:
    with pytest.raises(ZeroDivisionError), plan.transaction():  # noqa: PT012  (what it undoes)
        with plan.transaction():
            plan.update(Card, "card-1", priority=2)
        raise ZeroDivisionError
    assert plan.get(Card, "card-1") == example(Card)
    plan.update(Card, "card-1", priority=4)  # and the store is none the worse
    assert plan.get(Card, "card-1") == example(Card, priority=4)


def test_a_refused_row_leaves_the_transaction_usable(plan: DbAdapter) -> None:
    with plan.transaction():
        with pytest.raises(RowRefused):
            plan.insert(example(Card))
        plan.update(Card, "card-1", priority=2)
    assert plan.get(Card, "card-1") == example(Card, priority=2)


def test_writers_wait_for_each_other(plan: DbAdapter, adapter: AdapterFactory) -> None:
    """Read-then-write in a transaction loses no update, since it holds the lock from the start."""
    times = 40

    def count_up() -> None:
        db = adapter()
        with db.connection():
            for _ in range(times):
                with db.transaction():
                    card = db.get(Card, "card-1")
                    assert card is not None
                    db.update(Card, "card-1", position=card.position + 1)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(count_up) for _ in range(4)]:
            done.result(timeout=60)
    card = plan.get(Card, "card-1")
    assert card is not None
    assert card.position == 4 * times


# --- connections


@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.get(Card, "card-1"),
        lambda db: db.list(Card),
        lambda db: db.insert(example(Project)),
        lambda db: db.update(Card, "card-1", title="x"),
        lambda db: db.delete(Card, "card-1"),
        lambda db: db.transaction().__enter__(),
        lambda db: db.view().__enter__(),
        lambda db: db.data_version(),
        lambda db: db.board_columns("project-1"),
    ],
)
def test_a_call_outside_a_connection_fails_loudly(
    adapter: AdapterFactory, call: Callable[[DbAdapter], Any]
) -> None:
    db = adapter()
    with pytest.raises(StoreError):
        call(db)
    with db.connection():
        assert db.list(Card) == []
    with pytest.raises(StoreError):
        call(db)


def test_connections_nest(db: DbAdapter) -> None:
    with db.connection(), db.connection():
        assert db.list(Card) == []
    assert db.list(Card) == []


def test_a_connection_is_one_threads(plan: DbAdapter) -> None:
    def without() -> None:
        with pytest.raises(StoreError):
            plan.get(Card, "card-1")

    in_thread(without)

    def title() -> str:
        with plan.connection():
            card = plan.get(Card, "card-1")
            assert card is not None
            return card.title

    with plan.transaction():
        plan.update(Card, "card-1", title="Not yet")
        assert in_thread(title) == "Check the address"
    assert in_thread(title) == "Not yet"


def test_data_version_changes_for_others_commits_alone(
    plan: DbAdapter, adapter: AdapterFactory
) -> None:
    before = plan.data_version()
    plan.update(Card, "card-1", title="Ours")
    assert plan.data_version() == before

    def others(fail: bool) -> None:
        db = adapter()
        with db.connection(), db.transaction():
            db.update(Card, "card-1", title="Theirs")
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_thread(lambda: others(fail=True))
    assert plan.data_version() == before
    in_thread(lambda: others(fail=False))
    after = plan.data_version()
    assert after != before
    assert plan.data_version() == after


def test_a_view_is_one_moments_data(plan: DbAdapter, adapter: AdapterFactory) -> None:
    def rename() -> None:
        db = adapter()
        with db.connection():
            db.update(Card, "card-1", title="Theirs")

    with plan.view():
        first = plan.get(Card, "card-1")
        in_thread(rename)
        assert plan.get(Card, "card-1") == first == example(Card)
        with plan.view():
            assert plan.get(Card, "card-1") == first
    assert plan.get(Card, "card-1") == example(Card, title="Theirs")
    with plan.transaction(), plan.view():
        plan.update(Card, "card-1", title="Ours")
    assert plan.get(Card, "card-1") == example(Card, title="Ours")


def test_a_view_does_not_hold_a_writer_up(plan: DbAdapter, adapter: AdapterFactory) -> None:
    reading, written = threading.Event(), threading.Event()

    def read() -> str:
        with plan.connection(), plan.view():
            plan.list(Card)
            reading.set()
            assert written.wait(20)
            card = plan.get(Card, "card-1")
            assert card is not None
            return card.title

    with ThreadPoolExecutor(1) as pool:
        title: Future[str] = pool.submit(read)
        assert reading.wait(20)
        plan.update(Card, "card-1", title="New")
        written.set()
        assert title.result(20) == "Check the address"


# --- positions


@pytest.mark.parametrize("table", POSITIONED)
def test_shift_moves_a_range_below_one_parent(plan: DbAdapter, table: type[Record]) -> None:
    parent = next(iter(table.PARENTS))
    above = f"{table.PARENTS[parent]}-1"
    plan.delete(table, f"{table.TABLE}-1")
    for n in range(5):
        plan.insert(example(table, id=f"r{n}", position=n))
    plan.shift(table, above, 1, 3, +10)
    assert plan.positions(table, above) == [("r0", 0), ("r3", 3), ("r4", 4), ("r1", 11), ("r2", 12)]
    plan.shift(table, above, 11, 13, -10)
    assert plan.positions(table, above) == [(f"r{n}", n) for n in range(5)]
    plan.shift(table, "nobody", 0, 99, +1)
    plan.shift(table, above, 3, 3, +1)
    assert plan.positions(table, above) == [(f"r{n}", n) for n in range(5)]
    assert plan.positions(table, "nobody") == []


def test_equal_positions_are_listed_by_age(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="b", position=0, created_at=NEW))
    plan.insert(example(Card, id="a", position=0, created_at=NEW))
    names = [row_id for row_id, _ in plan.positions(Card, "workflow_activity-1")]
    assert names == ["card-1", "a", "b"] == [card.id for card in plan.list(Card)]


# --- subtrees

BELOW_A_CARD = {
    Card,
    CardContextArtifact,
    CardRequirement,
    CardKnownFact,
    CardAssumption,
    CardQuestion,
    CardPlannedFile,
    OrchestrationRun,
    CardAssignment,
    AgentExecution,
    AgentCommit,
    RunCheck,
    PullRequestCandidate,
    ApprovalRequest,
    DiffComment,
}
BELOW_A_PROJECT = {
    *BELOW_A_CARD,
    Project,
    Workflow,
    WorkflowActivity,
    PlanningAction,
    ContextArtifact,
    SystemPolicyProfile,
}


@pytest.mark.parametrize(
    ("table", "below"),
    [
        pytest.param(Card, BELOW_A_CARD, id="card"),
        pytest.param(WorkflowActivity, {*BELOW_A_CARD, WorkflowActivity}, id="activity"),
        pytest.param(Workflow, {*BELOW_A_CARD, WorkflowActivity, Workflow}, id="workflow"),
        pytest.param(Project, BELOW_A_PROJECT, id="project"),
        pytest.param(ContextArtifact, {ContextArtifact, CardContextArtifact}, id="artifact"),
        pytest.param(CardQuestion, {CardQuestion}, id="question"),
    ],
)
def test_a_subtree_is_what_deleting_takes(
    plan: DbAdapter, table: type[Record], below: set[type[Record]]
) -> None:
    second = _second_plan()
    plan.insert_many(second)
    before = {record: plan.list(record) for record in RECORDS}
    subtree = plan.subtree(table, f"{table.TABLE}-1")

    assert subtree[0] == example(table)
    assert {type(row) for row in subtree} == below
    assert len({(type(row), *key_of(row)) for row in subtree}) == len(subtree)
    order = [RECORDS.index(type(row)) for row in subtree]
    assert order == sorted(order), "parents before children"

    plan.delete(table, f"{table.TABLE}-1")
    for record, rows in before.items():
        left = plan.list(record)
        if record is EventLog:
            continue
        if record is not EventArchive:
            assert left == [row for row in rows if row not in subtree], record
    again = [row for row in subtree if row not in plan.list(type(row))]
    assert again == subtree
    plan.insert_many(subtree)  # parents first, so that they go back as they are
    for record, rows in before.items():
        if record not in (EventLog, EventArchive):
            assert plan.list(record) == rows


def _second_plan() -> list[Record]:
    """Return another whole plan, which shares nothing with the first but its tables."""
    rows: list[Record] = []
    for record in full_plan():
        values = msgspec.to_builtins(record)
        for name in {*record.KEY, *record.PARENTS} - {"entity_type"}:
            if values[name] is not None:
                values[name] = f"{values[name][:-2]}-2"
        if isinstance(record, Project):
            values["name"] = "Second"
        rows.append(msgspec.convert(values, type(record)))
    return rows


def test_events_outlive_their_run_and_their_project(plan: DbAdapter) -> None:
    plan.delete(Card, "card-1")
    assert plan.list(EventLog) == [example(EventLog, run_id=None)]
    plan.delete(Project, "project-1")
    assert plan.list(EventLog) == []
    kept = plan.get(EventArchive, "event_log-1")
    assert kept is not None
    assert (kept.project_name, kept.event_type) == ("Atlas", "run.queued")


def test_memory_outlives_what_it_is_about(plan: DbAdapter) -> None:
    plan.delete(Project, "project-1")
    for table in (MemoryUnit, MemoryUnitRelation, MemoryRetrievalLog):
        assert plan.list(table) == [example(table)]


def test_the_subtree_of_nothing_is_empty(plan: DbAdapter) -> None:
    assert plan.subtree(Card, "nobody") == []


def test_a_wide_subtree_is_read_whole(db: DbAdapter) -> None:
    db.insert_many([example(Project), example(Workflow), example(WorkflowActivity)])
    db.insert_many(example(Card, id=f"c{n}", position=n, number=n) for n in range(1500))
    db.insert_many(example(CardQuestion, id=f"q{n}", card_id=f"c{n}") for n in range(1500))
    assert len(db.subtree(Project, "project-1")) == 3003


# --- the action log


def test_actions_between(plan: DbAdapter) -> None:
    plan.delete(PlanningAction, "planning_action-1")
    plan.insert(example(Project, id="other", name="Other"))
    for n in range(1, 8):
        plan.insert(example(PlanningAction, id=f"a{n}", sequence=n, idempotency_key=None))
    plan.insert(
        example(
            PlanningAction,
            id="no",
            sequence=None,
            validation_status="rejected",
            idempotency_key=None,
        )
    )
    plan.insert(example(PlanningAction, id="theirs", project_id="other", sequence=1))

    def found(*between: int | None, **options: Any) -> list[str]:
        return [row.id for row in plan.actions_between("project-1", *between, **options)]

    assert found(limit=99) == [f"a{n}" for n in range(1, 8)]
    assert found(5, limit=99) == ["a6", "a7"]
    assert found(0, 3, limit=99) == ["a1", "a2"]
    assert found(2, 6, limit=2) == ["a3", "a4"]
    assert found(2, 6, limit=2, newest_first=True) == ["a5", "a4"]
    assert found(0, None, limit=1, newest_first=True) == ["a7"]
    assert found(7, limit=99) == []


def test_the_log_is_read_a_batch_at_a_time(plan: DbAdapter) -> None:
    plan.delete(PlanningAction, "planning_action-1")
    plan.insert(example(Project, id="other", name="Other"))

    def act(sequence: int | None, batch_id: str, **values: Any) -> None:
        plan.insert(
            example(
                PlanningAction,
                id=f"a{sequence}{values.get('project_id', '')}",
                sequence=sequence,
                batch_id=batch_id,
                idempotency_key=None,
                **values,
            )
        )

    act(1, "b1")
    act(2, "b2", actor=None, target_ref={"card_id": "card-2"}, result=None, applied_at=NEW)
    act(3, "b2")
    act(4, "b3", action_type="undo", undoes="b2", payload={"what": "it", "whose": "ben"})
    act(5, "b4", action_type="redo", undoes="b3", actor="ben")
    act(None, "no", validation_status="rejected")
    act(1, "theirs", project_id="other")

    def found(**options: Any) -> list[tuple[Any, ...]]:
        return [(*row[:4],) for row in plan.action_batches("project-1", **options)]

    everything = [("b4", 5, 5, 1), ("b3", 4, 4, 1), ("b2", 2, 3, 2), ("b1", 1, 1, 1)]
    assert found(limit=99) == everything
    assert found(limit=2) == everything[:2]
    assert found(before=4, limit=99) == everything[2:]
    assert found(before=1, limit=99) == []
    assert found(limit=99, batch_ids=["b1", "b2", "theirs", "none"]) == everything[2:]
    assert found(limit=1, batch_ids=["b1", "b2"], before=4) == everything[2:3]
    assert found(limit=99, batch_ids=[]) == []
    row = plan.action_batches("project-1", limit=1, before=5)[0]
    target, result = {"card_id": "card-1"}, {"card_id": "card-1"}
    assert row[4:] == ("someone", NOW, "undo", target, result, "b2", "it", "ben")
    assert plan.undoing_batches("project-1") == [
        ("b3", "b2", "someone", NOW),
        ("b4", "b3", "ben", NOW),
    ]
    words = plan.action_words("project-1")
    assert [row[0] for row in words] == ["b4", "b3", "b2", "b2", "b1"]
    assert words[3][1:] == ("card.create", None, {}, '{"title":"Check the address"}')
    about = plan.batches_of_card("project-1", "card-2")
    assert about == [("b2",)]
    assert {row[0] for row in plan.batches_of_card("project-1", "card-1")} == {
        "b1",
        "b2",
        "b3",
        "b4",
    }


def test_events_refusals_and_what_is_archived_stand_in_one_row(plan: DbAdapter) -> None:
    plan.insert(example(Project, id="other", name="Other"))
    plan.insert(example(EventLog, id="theirs", project_id="other", run_id=None))
    plan.insert(example(EventLog, id="e2", run_id=None, created_at=NEW))
    plan.insert(
        example(
            PlanningAction,
            id="no",
            sequence=None,
            validation_status="rejected",
            rejection_reason="There is none.",
            idempotency_key=None,
        )
    )
    plan.delete(EventArchive, "event_archive-1")
    plan.delete(Project, "other")

    def found(**options: Any) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in plan.events("project-1", limit=9, **options)]

    newest, oldest = ("event", "e2"), ("event", "event_log-1")
    assert found() == [newest, oldest]
    assert found(refused=True) == [newest, ("refused", "no"), oldest]
    everything = [newest, ("archived", "theirs"), ("refused", "no"), oldest]
    assert found(refused=True, archived=True) == everything
    for index, (_, row_id) in enumerate(everything):
        moment = NEW if row_id == "e2" else NOW
        rest = found(refused=True, archived=True, before=(moment, row_id))
        assert rest == everything[index + 1 :]
    assert plan.events("project-1", limit=1)[0][1] == "e2"
    assert plan.events("nobody", limit=9) == []
    _, archived, refused, event = plan.events("project-1", limit=9, refused=True, archived=True)
    assert archived[7:] == (None, None, "Other")
    asked, target = {"title": "Check the address"}, {"card_id": "card-1"}
    assert refused[2:] == (
        "card.create",
        "someone",
        NOW,
        asked,
        target,
        None,
        "There is none.",
        None,
    )
    assert event[7:] == ("orchestration_run-1", None, None)


# --- batch reads


def test_board_reads_are_in_map_order(plan: DbAdapter) -> None:
    plan.insert(example(Workflow, id="w0", title="First", position=-1, build_state="running"))
    plan.insert(example(WorkflowActivity, id="a0", title="First", position=-1, color=None))
    plan.insert(
        example(Card, id="c0", title="First", position=-1, number=2, priority=4, status="review")
    )
    plan.insert(example(CardRequirement, id="r2", status="rejected"))
    plan.insert(example(CardRequirement, id="r3", status="approved", card_id="c0"))
    plan.insert(example(CardQuestion, id="q2", status="approved"))
    assert plan.board_columns("project-1") == [
        ("w0", "First", "running", None, None, None, 0),
        ("workflow-1", "Sign up", None, "a0", "First", None, 0),
        ("workflow-1", "Sign up", None, "workflow_activity-1", "Enter an address", "blue", 2),
    ]
    activity = "workflow_activity-1"
    rows = [
        (activity, "c0", 2, "First", "review", 4, None, None, 1, 0, 0, 1, 0),
        (activity, "card-1", 1, "Check the address", "todo", 0, None, None, 1, 1, 1, 0, 3),
    ]
    assert plan.board_cards("project-1") == rows
    assert plan.board_cards("project-1", [activity, "a0", "nobody"]) == rows
    assert plan.board_cards("project-1", []) == []
    assert plan.board_cards("nobody") == plan.board_columns("nobody") == []


def test_card_details(plan: DbAdapter) -> None:
    [first] = plan.card_details(["card-1"])
    assert first == ("card-1", None, None, NOW, NOW, 1, 1, 1, None)
    later = "2026-02-02T00:00:00.000Z"
    plan.insert(example(Card, id="c0", description="Why", quick_answer="So", number=2))
    plan.update(CardKnownFact, "card_known_fact-1", status="rejected")
    plan.update(CardAssumption, "card_assumption-1", status="rejected", updated_at=later)
    plan.delete(CardContextArtifact, "card-1", "context_artifact-1")
    assert sorted(plan.card_details(["c0", "nobody", "card-1"])) == [
        ("c0", "Why", "So", NOW, NOW, 0, 0, 0, None),
        ("card-1", None, None, NOW, later, 0, 0, 0, None),
    ]
    plan.update(Card, "card-1", build_state="blocked")
    plan.update(CardAssignment, "card_assignment-1", status="blocked", waits_for="answers")
    assert plan.card_details(["card-1"])[0][-1] == "answers"
    plan.update(CardAssignment, "card_assignment-1", status="completed", waits_for=None)
    plan.update(OrchestrationRun, "orchestration_run-1", status="blocked", waits_for="approval")
    assert plan.card_details(["card-1"])[0][-1] == "approval"
    plan.update(OrchestrationRun, "orchestration_run-1", status="completed")
    assert plan.card_details(["card-1"])[0][-1] is None
    assert plan.card_details([]) == []


def test_project_counts(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="c0", number=2))
    plan.insert(example(Project, id="p0", name="Aaa", description="Empty"))
    assert plan.project_counts() == [
        ("p0", "Aaa", "Empty", 0, 0, 0),
        ("project-1", "Atlas", None, 1, 1, 2),
    ]


def test_what_is_missing_counts_cards(plan: DbAdapter) -> None:
    # The one card has a draft of everything, and a planned file that is only proposed.
    assert plan.what_is_missing("project-1") == (1, 1, 1, 1, 1, 0)
    plan.insert(example(Card, id="bare", number=2))
    assert plan.what_is_missing("project-1") == (2, 1, 1, 1, 1, 1)
    for table in (CardRequirement, CardQuestion, CardAssumption, CardPlannedFile):
        plan.update(table, f"{table.TABLE}-1", status="approved")
        plan.insert(example(table, id="twice", card_id="bare", position=1))
    assert plan.what_is_missing("project-1") == (1, 1, 1, 1, 1, 0)
    plan.update(Card, "bare", finalized_at=NEW)
    assert plan.what_is_missing("project-1") == (0, 0, 0, 0, 0, 0)
    assert plan.what_is_missing("nobody") == (0, 0, 0, 0, 0, 0)


def test_open_questions_are_in_map_order(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="first", title="First", position=-1, number=2))
    plan.insert(example(CardQuestion, id="q2", card_id="first", text="When?"))
    plan.insert(example(CardQuestion, id="q3", status="approved"))
    place = ("Sign up", "Enter an address")
    rows = [
        ("q2", "When?", "first", 2, "First", *place),
        ("card_question-1", "Are aliases allowed?", "card-1", 1, "Check the address", *place),
    ]
    assert plan.open_questions("project-1", limit=9) == rows
    assert plan.open_questions("project-1", limit=1) == rows[:1]
    assert plan.open_questions("nobody", limit=9) == []


def test_changes_since_counts_batches(plan: DbAdapter) -> None:
    for n, (batch, actor) in enumerate((("b2", "ben"), ("b2", "ben"), ("b3", None)), start=2):
        row = example(
            PlanningAction,
            id=f"a{n}",
            sequence=n,
            batch_id=batch,
            actor=actor,
            applied_at=f"2026-02-01T08:00:0{n}.000Z",
            idempotency_key=None,
        )
        plan.insert(row)
    plan.insert(example(PlanningAction, id="no", sequence=None, idempotency_key=None))
    old, new = "2026-01-31T08:00", "2026-02-01T08:00"
    found = plan.changes_since("project-1", "2026-01-01")
    assert found == [(old, "someone", 1), (new, None, 1), (new, "ben", 1)]
    assert plan.changes_since("project-1", "2026-02-01") == found[1:]
    assert plan.changes_since("nobody", "2026-01-01") == []


def test_project_readiness(plan: DbAdapter) -> None:
    before = plan.project_readiness()
    [(project_id, finalized, approved, undecided, is_open, cards, questions)] = before
    assert (project_id, finalized, cards) == ("project-1", 0, 1)
    plan.insert(example(Card, id="c0", number=2, finalized_at=NOW))
    plan.insert(example(CardRequirement, id="r0", card_id="c0", status="approved"))
    plan.insert(example(Card, id="c1", number=3))
    for n, status in enumerate(("draft", "draft", "rejected")):
        plan.insert(example(CardQuestion, id=f"q{n}", card_id="c1", status=status))
    found = sorted(plan.project_readiness())
    mine = (project_id, finalized, approved, undecided, is_open, cards, questions)
    assert found == sorted([mine, ("project-1", 1, 1, 0, 0, 1, 0), ("project-1", 0, 0, 0, 1, 1, 2)])


@contextmanager
def counted(db: Any) -> Iterator[list[str]]:
    """Gather the statements that a store sends; SQLite's own."""
    statements: list[str] = []
    connection: sqlite3.Connection = db._database.connection()
    connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        connection.set_trace_callback(None)


def test_batch_reads_take_one_query_whatever_the_size(db: DbAdapter) -> None:
    db.insert_many(full_plan())

    def measure() -> dict[str, int]:
        asked: dict[str, int] = {}
        reads: dict[str, Callable[[], Any]] = {
            "columns": lambda: db.board_columns("project-1"),
            "cards": lambda: db.board_cards("project-1"),
            "some cards": lambda: db.board_cards("project-1", [a.id for a in activities]),
            "details": lambda: db.card_details([card.id for card in cards]),
            "counts": db.project_counts,
            "missing": lambda: db.what_is_missing("project-1"),
            "questions": lambda: db.open_questions("project-1", limit=999),
            "changes": lambda: db.changes_since("project-1", "2026-01-01"),
            "batches": lambda: db.action_batches("project-1", limit=999),
            "readiness": db.project_readiness,
            "runs": lambda: db.runs("project-1", limit=999),
            "below runs": lambda: db.below_runs(CardAssignment, ["orchestration_run-1"]),
            "run names": lambda: db.run_names(["orchestration_run-1"]),
            "waiting": lambda: db.waiting_runs("project-1"),
            "build": lambda: db.card_build("card-1"),
        }
        activities, cards = db.list(WorkflowActivity), db.list(Card)
        for name, read in reads.items():
            with counted(db) as statements:
                read()
            asked[name] = len(statements)
        return asked

    small = measure()
    for n in range(300):
        if n % 10 == 0:
            db.insert(example(WorkflowActivity, id=f"a{n}", position=n))
        parent = f"a{n - n % 10}"
        db.insert(example(Card, id=f"c{n}", workflow_activity_id=parent, position=n, number=n + 2))
        db.insert(example(CardQuestion, id=f"q{n}", card_id=f"c{n}"))
    assert len(db.board_cards("project-1")) == 301
    assert measure() == small == dict.fromkeys(small, 1)


# --- runs


def _run(name: str, status: str, **values: Any) -> OrchestrationRun:
    return example(OrchestrationRun, id=name, status=status, **values)


def test_runs_are_the_newest_and_all_open_ones(plan: DbAdapter) -> None:
    plan.delete(OrchestrationRun, "orchestration_run-1")
    for n, status in enumerate(("queued", "failed", "blocked", "completed", "cancelled")):
        plan.insert(_run(f"r{n}", status, created_at=f"2026-02-0{n + 1}T08:00:00.000Z"))
    assert [run.id for run in plan.runs("project-1", limit=99)] == ["r4", "r3", "r2", "r1", "r0"]
    found = plan.runs("project-1", limit=1)
    assert [run.id for run in found] == ["r4", "r2", "r0"]
    assert (found[0].status, found[0].repo_url) == ("cancelled", "https://example.org/atlas.git")
    assert found[0].system_policy_snapshot == found[0].run_input_snapshot == {}
    assert plan.runs("nobody", limit=9) == []


def test_what_stands_below_runs_is_read_with_and_without_what_is_long(plan: DbAdapter) -> None:
    plan.update(AgentExecution, "agent_execution-1", prompt="Do it.", report={"summary": "Done."})
    plan.update(RunCheck, "run_check-1", output="All is well.")
    plan.insert(_run("r2", "queued"))
    plan.insert(example(CardAssignment, id="a2", run_id="r2", sequence=2))
    plan.insert(example(CardAssignment, id="a1", run_id="r2", sequence=1, agent_profile="b"))
    both = ["r2", "orchestration_run-1", "nobody"]
    assert {a.id for a in plan.below_runs(CardAssignment, both)} == {
        "a1",
        "a2",
        "card_assignment-1",
    }
    assert [a.id for a in plan.below_runs(CardAssignment, ["r2"])] == ["a1", "a2"]
    for table in (
        CardAssignment,
        AgentExecution,
        AgentCommit,
        RunCheck,
        PullRequestCandidate,
        ApprovalRequest,
        DiffComment,
    ):
        [stored] = plan.list(table, id=f"{table.TABLE}-1")
        assert stored in plan.below_runs(table, both, whole=True)
        assert plan.below_runs(table, []) == []
    [execution] = plan.below_runs(AgentExecution, both)
    assert (execution.status, execution.prompt, execution.report) == ("completed", None, None)
    assert plan.below_runs(RunCheck, both)[0].output is None
    assert plan.below_runs(CardAssignment, ["r2"])[0].assignment_input_snapshot == {}
    assert plan.below_runs(PullRequestCandidate, both)[0].description == ""


def test_runs_and_assignments_are_named_by_what_they_build(plan: DbAdapter) -> None:
    plan.insert(_run("r2", "queued", scope="workflow", card_id=None))
    plan.insert(example(CardAssignment, id="a2", run_id="r2"))
    assert sorted(plan.run_names(["r2", "orchestration_run-1", "nobody"])) == [
        ("a2", 1, "Check the address"),
        ("card_assignment-1", 1, "Check the address"),
        ("orchestration_run-1", 1, "Check the address"),
        ("r2", None, "Sign up"),
    ]
    assert plan.run_names([]) == []


def test_a_run_is_found_by_a_beginning_or_an_end_of_its_id(plan: DbAdapter) -> None:
    plan.insert(_run("01-aa%_", "queued", created_at="2026-02-02T08:00:00.000Z"))
    plan.insert(_run("02-aa%_", "queued", created_at="2026-02-01T08:00:00.000Z"))
    assert plan.run_ids("01-", limit=9) == [("01-aa%_",)]
    assert plan.run_ids("aa%_", limit=9) == [("01-aa%_",), ("02-aa%_",)]
    assert plan.run_ids("aa%_", limit=1) == [("01-aa%_",)]
    assert plan.run_ids("%", limit=9) == plan.run_ids("-aa", limit=9) == []


def test_the_newest_build_of_a_card(plan: DbAdapter) -> None:
    plan.insert(_run("r2", "blocked", waits_for="approval", reason="It is done."))
    late = "2027-02-02T08:00:00.000Z"
    plan.insert(example(CardAssignment, id="a2", run_id="r2", status="completed", created_at=late))
    assert plan.card_build("card-1") == [
        (
            *("r2", "a2", "card", "default", 0, "completed", None, None, None, NOW),
            *("blocked", None, "approval", "It is done.", NOW),
        )
    ]
    plan.insert(example(AgentExecution, id="e2", assignment_id="a2"))
    assert plan.card_build("card-1")[0][4] == 1
    assert plan.card_build("nobody") == []


def test_runs_that_wait_for_a_person_are_counted(plan: DbAdapter) -> None:
    plan.delete(OrchestrationRun, "orchestration_run-1")

    def waiting() -> int:
        return plan.waiting_runs("project-1")

    assert waiting() == plan.waiting_runs("nobody") == 0
    for status in ("queued", "running", "completed", "cancelled"):
        plan.insert(_run(status, status))
    assert waiting() == 0
    plan.insert(_run("asks", "blocked", waits_for="answers"))
    plan.insert(_run("place", "blocked", waits_for="place"))
    assert waiting() == 1
    # A workflow's run goes on while one of its cards waits.
    plan.insert(example(CardAssignment, id="a1", run_id="running", status="blocked"))
    plan.insert(
        example(CardAssignment, id="a2", run_id="queued", status="blocked", waits_for="place")
    )
    plan.insert(example(CardAssignment, id="a3", run_id="completed", status="blocked"))
    assert waiting() == 2
    # What failed waits until another try was begun.
    lane = {"scope": "workflow", "card_id": None}
    plan.insert(_run("f1", "failed", created_at="2026-02-01T08:00:00.000Z"))
    plan.insert(_run("f2", "failed", created_at="2026-02-01T08:00:00.000Z", **lane))
    assert waiting() == 4
    plan.insert(_run("l1", "completed", created_at="2026-02-02T08:00:00.000Z"))
    assert waiting() == 3
    plan.insert(_run("l2", "cancelled", created_at="2026-02-02T08:00:00.000Z", **lane))
    assert waiting() == 2
    # Also where another builds the card together with its workflow.
    plan.insert(_run("f3", "failed", created_at="2026-02-03T08:00:00.000Z"))
    assert waiting() == 3
    later = "2026-02-04T08:00:00.000Z"
    plan.insert(example(CardAssignment, id="a4", run_id="l2", created_at=later))
    assert waiting() == 2

"""Finding texts: what any adapter finds, and what keeps the index of this one right."""

import sqlite3
import string
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.adapter import DbAdapter
from store.errors import RowMissing, SearchMissing
from store.migrate import discover, migrate
from store.open import open_store
from store.records import (
    Card,
    CardAssumption,
    CardContextArtifact,
    CardKnownFact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    Project,
    Workflow,
    WorkflowActivity,
)
from tests.store.fresh import migrated
from tests.store.rows import example, full_plan, put_all
from tests.store.searchable import check_index


@pytest.fixture
def plan(database_path: Path) -> Iterator[DbAdapter]:
    database_path.write_bytes(migrated())
    db = open_store(database_path)
    with db.connection():
        db.insert_many(full_plan())
        yield db


def found(db: DbAdapter, query: str, **options: Any) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in db.search(query.split(), **{"limit": 50, **options})]


# --- the contract


def test_every_text_is_found(plan: DbAdapter) -> None:
    words = iter(f"word{letter}" for letter in string.ascii_lowercase)
    card: dict[str, Any] = {"card_id": "c"}
    told = {
        "project": example(Project, id="p", name=next(words), description=next(words)),
        "workflow": example(
            Workflow, id="w", project_id="p", title=next(words), description=next(words)
        ),
        "activity": example(
            WorkflowActivity, id="a", workflow_id="w", title=next(words), description=next(words)
        ),
        "card": example(
            Card,
            id="c",
            workflow_activity_id="a",
            number=42,
            title=next(words),
            description=next(words),
            quick_answer=next(words),
        ),
        "requirement": example(CardRequirement, id="r", text=next(words), **card),
        "known_fact": example(
            CardKnownFact, id="k", text=next(words), evidence_source=next(words), **card
        ),
        "assumption": example(CardAssumption, id="s", text=next(words), **card),
        "question": example(CardQuestion, id="q", text=next(words), answer=next(words), **card),
        "planned_file": example(
            CardPlannedFile,
            id="f",
            logical_file_name=next(words),
            intent_summary=next(words),
            contract_notes=next(words),
            module_hint=next(words),
            **card,
        ),
        "context_artifact": example(
            ContextArtifact,
            id="x",
            project_id="p",
            name=next(words),
            title=next(words),
            content=next(words),
            uri=next(words),
        ),
    }
    plan.insert_many(told.values())
    on_card = {"card", "requirement", "known_fact", "assumption", "question", "planned_file"}
    for kind, record in told.items():
        texts = [v for v in record.__struct_fields__ if str(getattr(record, v)).startswith("word")]
        for text in texts:
            (row,) = plan.search([getattr(record, text)], limit=9)
            assert row[:-1] == (
                kind,
                record.id,  # type: ignore[attr-defined]
                *(("c", 42) if kind in on_card else (None, None)),
                "p",
                "worda",
                None if kind in ("project", "context_artifact") else "wordc",
                "worde" if kind in on_card | {"activity"} else None,
                getattr(record, texts[0]),
            )
            assert f"\x02{getattr(record, text)}\x03" in row[-1]


def test_all_words_must_match_as_beginnings(plan: DbAdapter) -> None:
    card = ("card", "card-1")
    assert found(plan, "check the") == found(plan, "che th") == [card]
    assert found(plan, "the CHE addr") == [card]
    assert found(plan, "check nowhere") == found(plan, "heck") == []
    kinds = {kind for kind, _ in found(plan, "addr")}
    assert kinds == {"card", "activity", "known_fact", "assumption", "planned_file"}


def test_accents_and_case_make_no_difference(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="c", number=2, title="Ein Café in TŌKYŌ, 東京"))
    for query in ("café", "CAFE", "tokyo", "東京", "東"):
        assert found(plan, query) == [("card", "c")], query


@pytest.mark.parametrize(
    "query",
    ['"', "'", "*", "che*", "(", "NEAR(", "^check", "title:check", "-", "check OR", "{a b}:", '"a'],
)
def test_no_word_is_syntax(plan: DbAdapter, query: str) -> None:
    plan.search(query.split(), limit=5)


def test_marks_are_left_out(plan: DbAdapter) -> None:
    assert found(plan, "– check # the") == [("card", "card-1")]
    assert found(plan, "") == found(plan, "–") == found(plan, "# …") == []
    plan.insert(example(Card, id="c", number=2, title="Sign in with C++ and foo.bar"))
    for query in ("sign-in", "sign-i", "c++", "foo.bar", '"foo', "(c++)"):
        assert found(plan, query) == [("card", "c")], query
    assert found(plan, "in-sign") == []


def test_halves_of_pairs_and_nulls_are_in_no_text(plan: DbAdapter) -> None:
    assert plan.search(["\ud800check"], limit=5) == []
    assert plan.search(["check\x00"], limit=5) != []


@given(words=st.lists(st.text(max_size=8), max_size=4))
def test_anything_can_be_looked_for(
    words: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("search") / "plan.db"
    path.write_bytes(migrated())
    db = open_store(path)
    with db.connection():
        db.insert(example(Project, name=" ".join(words).replace("\ud800", "") or "x"))
        db.search(words, limit=5)


def test_titles_count_for_more_and_of_equals_the_newest_comes_first(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="body", number=2, title="One", description="zebra"))
    for name in ("old", "new"):
        plan.insert(example(Card, id=name, number=3, title="zebra"))
    assert found(plan, "zebra") == [("card", "new"), ("card", "old"), ("card", "body")]
    assert found(plan, "zebra", limit=1) == [("card", "new")]
    assert found(plan, "zebra", limit=0) == []


def test_one_projects_texts_alone(plan: DbAdapter) -> None:
    other = [
        example(Project, id="p", name="Other zebra"),
        example(Workflow, id="w", project_id="p", title="zebra"),
        example(WorkflowActivity, id="a", workflow_id="w", title="x"),
        example(Card, id="c", workflow_activity_id="a", title="zebra"),
        example(ContextArtifact, id="x", project_id="p", name="zebra"),
    ]
    plan.insert(example(Card, id="ours", number=2, title="zebra"))
    plan.insert_many(other)
    everything = found(plan, "zebra")
    theirs = {("project", "p"), ("workflow", "w"), ("card", "c"), ("context_artifact", "x")}
    assert set(everything) == theirs | {("card", "ours")}
    assert set(found(plan, "zebra", project_id="p")) == theirs
    assert found(plan, "zebra", project_id="project-1") == [("card", "ours")]
    assert found(plan, "zebra", project_id="nobody") == []


def test_a_long_text_is_told_in_part(plan: DbAdapter) -> None:
    text = " ".join(["before"] * 500 + ["zebra"] + ["after"] * 500)
    plan.insert(example(Card, id="c", number=2, title="Long", description=text))
    (row,) = plan.search(["zebra"], limit=5)
    assert row[-2] == "Long"
    assert "\x02zebra\x03" in row[-1]
    assert len(row[-1]) < 300


def test_changes_are_followed(plan: DbAdapter) -> None:
    plan.insert(example(Card, id="c", number=2, title="apple", description="pear"))
    plan.update(Card, "c", title="cherry")
    assert found(plan, "apple") == []
    assert found(plan, "cherry pear") == [("card", "c")]
    plan.update(Card, "c", description=None)
    assert found(plan, "pear") == []
    with suppress(RowMissing), plan.transaction():
        plan.update(Card, "c", title="plum")
        plan.delete(Card, "nobody")
    assert found(plan, "plum") == []
    assert found(plan, "cherry") == [("card", "c")]
    plan.delete(Card, "c")
    assert found(plan, "cherry") == []


def test_what_is_deleted_with_its_parent_is_not_found(plan: DbAdapter) -> None:
    assert found(plan, "aliases") != []
    plan.delete(Project, "project-1")
    for query in ("aliases", "address", "atlas", "sign", "what"):
        assert found(plan, query) == [], query


# --- the index of the SQLite adapter


def opened(last: str | None = None) -> sqlite3.Connection:
    migrations = [each for each in discover() if last is None or each.name <= last]
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, migrations, database_path=None)
    return connection


def test_the_check_sees_what_is_wrong() -> None:
    with closing(opened()) as connection:
        put_all(connection, full_plan())
        check_index(connection)
        connection.execute("DROP TRIGGER card_is_found_anew")
        connection.execute("UPDATE card SET title = 'Other', description = 'More'")
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            check_index(connection)


def test_rows_of_before_are_found_after() -> None:
    with closing(opened("006_action_log.sql")) as connection:
        put_all(connection, full_plan())
        put_all(connection, [example(Project, id="p", name="Empty", description="Nothing yet")])
        migrate(connection, discover(), database_path=None)
        check_index(connection)
        rows = connection.execute("SELECT rowid FROM search_index WHERE search_index MATCH 'em*'")
        assert len(rows.fetchall()) == 1
        connection.execute("DELETE FROM project")
        check_index(connection)


@pytest.mark.parametrize("table", ["project", "workflow", "workflow_activity", "card"])
def test_deleting_empties_the_index_of_all_below(table: str) -> None:
    with closing(opened()) as connection:
        put_all(connection, full_plan())
        connection.execute(f"DELETE FROM {table}")
        check_index(connection)


def test_what_touches_no_text_leaves_the_index_alone() -> None:
    with closing(opened()) as connection:
        put_all(connection, full_plan())
        before = connection.execute("SELECT * FROM search_index_data ORDER BY id").fetchall()
        for change in (
            "UPDATE card SET position = 7, status = 'review', priority = 2, finalized_at = 'now'",
            "UPDATE card SET title = title, description = description",
            "UPDATE card_requirement SET status = 'approved', position = 3, text = text",
            "UPDATE card_planned_file SET status = 'approved'",
            "UPDATE project SET action_sequence = 9, card_sequence = 9",
            "UPDATE workflow_activity SET color = 'pink', position = 5",
        ):
            connection.execute(change)
        after = connection.execute("SELECT * FROM search_index_data ORDER BY id").fetchall()
        assert after == before
        check_index(connection)


def test_links_and_runs_are_no_texts() -> None:
    with closing(opened()) as connection:
        put_all(connection, full_plan())
        (before,) = connection.execute("SELECT count(*) FROM search_document").fetchone()
        assert before == 10
        connection.execute(f"DELETE FROM {CardContextArtifact.TABLE}")
        check_index(connection)


def test_a_python_without_fts5_is_told_so(tmp_path: Path) -> None:
    class WithoutSearch(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
            if "USING fts5" in sql:
                raise sqlite3.OperationalError("no such module: fts5")
            return super().execute(sql, *args)

    path = tmp_path / "plan.db"
    with closing(sqlite3.connect(path, isolation_level=None, factory=WithoutSearch)) as connection:
        with pytest.raises(SearchMissing, match="built without FTS5"):
            migrate(connection, discover(), database_path=None)
        applied = connection.execute("SELECT name FROM _migrations").fetchall()
        assert max(applied) == ("006_action_log.sql",)

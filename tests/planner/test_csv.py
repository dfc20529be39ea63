"""CSV: what spreadsheets write is read, and what is exported is read back."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.csv_cells import cell, item_lines, items_of, text_of
from planner.exporters.csv import export_csv
from planner.importers.csv import read_csv
from planner.importers.importing import ImportReport, import_plan
from planner.importers.wanted import ImportRefused
from planner.sample import load_sample
from store.adapter import DbAdapter
from store.records import KnowledgeStatus, Project
from tests.planner.carried import in_csv
from tests.planner.plans import Plan, opened, request


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def bring(db: DbAdapter, text: str | bytes, name: str = "Atlas") -> ImportReport:
    data = text.encode() if isinstance(text, str) else text
    return import_plan(db, read_csv(data), project_name=name)


SHEET = (
    "Epic;List;Summary;State;Prio;Notes;Acceptance criteria;Owner\r\n"
    'Sign in;Password;Forgot it;In Progress;P?;"two\r\nlines; both";"- works\n- [x] is fast";Ana\r\n'
    "Sign in;Password;  ;Done;;;;\r\n"
    ";;\r\n"
    "Sign in;Passkey;Zoë’s key;Stuck?;high;;;Ben\r\n"
    ";;Alone;;;;;;more\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_from_another_tool(db: DbAdapter, encoding: str) -> None:
    report = bring(db, SHEET.encode(encoding))
    assert in_csv(db, report.project.id) == [
        [
            *("Sign in", "Password", "yellow", "Forgot it", "active", 0, "two\r\nlines; both"),
            *(None, False, ("works", "draft"), ("is fast", "approved")),
        ],
        ["Sign in", "Passkey", "blue", "Zoë’s key", "questions", 3, None, None, False],
        ["No workflow", "No activity", "yellow", "Alone", "todo", 0, None, None, False],
    ]
    assert [(one.path, one.reason) for one in report.skipped] == [
        ("line 5", "a row without a title")
    ]
    told = "\n".join(f"{one.path}: {one.reason}" for one in report.noted)
    assert "line 1: the column 'Owner' is not known" in told
    assert "line 2: the priority 'P?' is taken as none" in told
    assert "line 7: the status 'Stuck?' is taken as questions" in told
    assert ("Windows-1252" in told) == (encoding == "cp1252")
    assert bring(db, SHEET.encode(encoding)).actions == 0


def test_a_row_is_known_by_its_id_or_number_else_by_its_path(db: DbAdapter) -> None:
    first = "No,Title,Workflow,Activity\n#7,One,W,A\n8,Two,W,A\n,Three,W,A\n,Three,W,A\n"
    bring(db, first)
    second = "number\ttitle\tworkflow\tactivity\n8\tSecond\tW\tB\n7\tOne\tW\tA\n\tThree\tW\tA\n"
    report = bring(db, second)
    assert (report.counts["card"].made, report.counts["card"].changed) == (0, 1)
    assert report.no_longer_there == ("Three",)
    assert [row[1:4:2] for row in in_csv(db, report.project.id)] == [
        ["B", "Second"],
        ["A", "One"],
        ["A", "Three"],
        ["A", "Three"],
    ]


BROKEN = [
    (b"", "standard input", "it is empty"),
    (b"a,b\n1,2\n", "line 1", "no column holds titles"),
    (b'title\n"one\ntwo\n', "line 2", "never closed"),
    (b'title\nfine\n"a"b\n', "line 3", "not CSV"),
    (b"id,title\n1,A\n1,B\n", "line 3", "also that of line 2"),
    (b"title\n\0\n", "standard input", "zero byte"),
    (b"\xff\xfea", "standard input", "UTF-16"),
    (b"title\n" + b"x" * 100_001, "line 2", "100000"),
]


@pytest.mark.parametrize(("data", "place", "reason"), BROKEN, ids=[one[2] for one in BROKEN])
def test_broken_sheets_are_refused_whole(
    db: DbAdapter, data: bytes, place: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused) as refused:
        bring(db, data)
    (problem,) = refused.value.problems
    assert (problem.path, reason in problem.reason) == (place, True), problem
    assert not db.count(Project)
    path = tmp_path / "plan.csv"
    path.write_bytes(data)
    with pytest.raises(ImportRefused):
        import_plan(db, read_csv(path))
    for missing in (tmp_path, tmp_path / "no.csv"):
        with pytest.raises(ImportRefused):
            read_csv(missing)


def test_too_many_rows_are_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.importers.wanted.MOST_ITEMS", 5)
    with pytest.raises(ImportRefused, match="more than 5 items"):
        read_csv(b"title\n" + b"x\n" * 10)


def test_the_sample_comes_back(db: DbAdapter, tmp_path: Path) -> None:
    sample = load_sample(db)
    path = tmp_path / "Copy.csv"
    path.write_text("".join(export_csv(db, sample)), newline="")
    assert path.read_bytes().startswith("\ufeffid,number,workflow,".encode())
    report = import_plan(db, read_csv(path))
    assert report.project.name == "Copy"
    assert in_csv(db, report.project.id) == in_csv(db, sample.id)
    assert not report.skipped
    assert not report.noted


hostile = st.text(max_size=30) | st.builds(
    "{}{}".format,
    st.sampled_from(
        ["=", "+", "-", "@", "\t", "\r", "\n", "'", "'=", "''@", ",", ";", '"', "[x] ", "\\n"]
    ),
    st.text(max_size=5),
)


@given(hostile)
def test_no_cell_is_a_formula_and_all_are_read_back(text: str) -> None:
    written = cell(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text_of(written) == text.replace("\0", "␀")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KnowledgeStatus]), hostile.filter(str.strip), st.none() | hostile
        )
    )
)
def test_items_come_back_from_their_lines(items: list[Any]) -> None:
    assert [*items_of(item_lines(items, "answer"))] == items


titles = hostile.filter(lambda text: text.strip() and "\0" not in text)
texts = st.none() | hostile.filter(lambda text: text and "\0" not in text)


@settings(max_examples=15)
@given(st.data())
def test_any_cards_come_back(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "plan.db") as db:
        plan = Plan(db)
        plan.build(2, 2, 0)
        batch = []
        for number in range(data.draw(st.integers(1, 5))):
            at = {"workflow_activity_id": data.draw(st.sampled_from(["w1a1", "w1a2", "w2a1"]))}
            on = {"card_id": f"c{number}"}
            batch.append(
                request(
                    "createCard",
                    at,
                    id=f"c{number}",
                    title=data.draw(titles),
                    description=data.draw(texts),
                    quick_answer=data.draw(texts),
                    priority=data.draw(st.integers(0, 4)),
                )
            )
            for kind in ("requirement", "question"):
                more = {"answer": data.draw(titles)} if kind == "question" else {}
                batch.append(
                    request(
                        "upsertCardKnowledgeItem",
                        on,
                        kind=kind,
                        text=data.draw(titles),
                        status="approved",
                        **more,
                    )
                )
            batch.append(request("finalizeCard", on))
        plan.apply(*batch)
        text = "".join(export_csv(db, plan.project))
        report = bring(db, text, "Copy")
        assert in_csv(db, report.project.id) == in_csv(db, plan.project_id)

"""Broken and hostile JSON: a clear error with its place, or something told, and never half a plan."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planner.importers import json_reading
from planner.importers.beads import read_beads
from planner.importers.github import read_github
from planner.importers.importing import import_plan
from planner.importers.reading import Given
from planner.importers.taskwarrior import read_taskwarrior
from planner.importers.trello import read_trello
from planner.importers.wanted import ImportRefused, Source
from store.adapter import DbAdapter
from store.records import Project
from tests.planner.importers.imported import cards, told
from tests.planner.plans import opened


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbAdapter]:
    with opened(tmp_path_factory.mktemp("broken") / "plan.db") as db:
        yield db


Read = Callable[[Given], Source]
ISSUE = b'{"id": 1, "uuid": "1", "number": 1, "title": "a", "description": "a", "name": "a"}'
BOARD = b'{"name": "", "lists": [], "cards": [%s]}'
LISTS: list[Read] = [read_beads, read_taskwarrior, read_github]
DEEP = b"[" * 100_000

REFUSED: list[tuple[list[Read], bytes, str, str]] = [
    (LISTS, b"", "standard input", "it is empty; there must be a"),
    ([read_trello], b" \n", "standard input", "it is empty"),
    (LISTS, b"[\n{},\n{}", "line 3", "is the file whole?"),
    (LISTS, ISSUE + b"\n\n" + ISSUE[:-9], "line 3", "is the file whole?"),
    (LISTS, b"[\n{},,{}]", "line 2", "not JSON"),
    (LISTS, b"\n<html>\n</html>", "line 2", "not JSON: invalid character"),
    (LISTS, b"<<<<<<< HEAD\n" + ISSUE, "line 1", "a merge conflict"),
    ([read_beads], ISSUE + b"\n" + ISSUE, "line 2", "its id '1' is also that of line 1"),
    ([read_github], b"[%s,%s]" % (ISSUE, ISSUE), "issue 2, #1", "also that of issue 1, #1"),
    ([read_trello], BOARD % (ISSUE + b"," + ISSUE), "card 2", "also that of card 1"),
    (LISTS, DEEP, "standard input", "nested too deeply"),
    (LISTS, b'{"title": ' + DEEP, "line 1", "nested too deeply"),
    ([read_trello], b'{"lists": [], "cards": ' + DEEP, "standard input", "nested too deeply"),
    (LISTS, b'{"title": 1e999}', "line 1", "not JSON: Number out of range"),
    (LISTS, b"[7, null]", "1", "it is a number, not a"),
    (LISTS, BOARD % ISSUE, "line 1", "without a"),
    ([read_trello], b"[%s]" % ISSUE, "standard input", "is it the JSON export of a Trello board?"),
    ([read_trello], b'{"lists": [], "cards": 1}', "standard input", "there is no list"),
    ([read_trello], BOARD % b"{", "line 1", "not JSON"),
    ([*LISTS, read_trello], b"\0", "standard input", "zero byte"),
    ([*LISTS, read_trello], b"\xff\xfe[", "standard input", "UTF-16"),
    (LISTS, ISSUE.replace(b'"a"', b'"%s"' % (b"x" * 100_001)), "line 1", "100000"),
]


@pytest.mark.parametrize(
    ("reads", "data", "place", "reason"), REFUSED, ids=[one[3] for one in REFUSED]
)
def test_what_is_refused_names_its_place(
    db: DbAdapter, reads: list[Read], data: bytes, place: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    for read in reads:
        with pytest.raises(ImportRefused) as refused:
            import_plan(db, read(data))
        problem = refused.value.problems[0]
        assert place in problem.path
        assert reason in problem.reason
        with pytest.raises(ImportRefused) as refused:
            import_plan(db, read(path))
        assert refused.value.problems[0].reason == problem.reason
    assert not db.count(Project)


HOSTILE = [
    ISSUE.replace(b'"a"', rb'"\ud83d\n=1+1[red]\u001b[2J\u0000\u202e"'),
    ISSUE.replace(b'"a"', b'"caf\xe9"'),
    ISSUE.replace(b'"a"', b"1234567890123456789012"),
    ISSUE[:-1]
    + b', "labels": [null, 1, {"name": []}, "s"], "tags": [[]], "dependencies": [1, {"depends_on_id":'
    b' 7}], "depends": {}, "annotations": [1, {}], "comments": [{}, ""], "milestone": [], "priority":'
    b' [], "status": {}, "state": [], "project": 1, "created_at": "9", "createdAt": 5, "entry": true,'
    b' "body": {}, "idList": [], "pos": "x", "checklists": [{"checkItems": [1, {"name": null}]}],'
    b' "attachments": [{"url": 5}], "customFieldItems": {}, "due": 3, "desc": 1, "closed": "no"}',
]


@pytest.mark.parametrize("data", HOSTILE, ids=["half", "western", "number", "types"])
@pytest.mark.parametrize("read", [*LISTS, read_trello])
def test_what_is_hostile_is_imported_as_it_is_and_told(
    db: DbAdapter, read: Read, data: bytes
) -> None:
    data = BOARD % data if read is read_trello else data
    report = import_plan(db, read(data), project_name=f"{read.__name__} {hash(data)}")
    (title,) = cards(db, report.project.id)
    assert title in ("\ufffd\n=1+1[red]\x1b[2J\0\u202e", "café", "1234567890123456789012", "a")
    assert told(report) or title.isdecimal()
    assert import_plan(db, read(data), project_name=report.project.name).actions == 0
    assert report.counts["card"].made == 1


def test_bounds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is a folder"):
        read_beads(tmp_path)
    with pytest.raises(ImportRefused, match="no such file"):
        read_trello(tmp_path / "no.json")
    monkeypatch.setattr("planner.importers.wanted.MOST_ITEMS", 5)
    with pytest.raises(ImportRefused, match="more than 5 items"):
        read_beads(b'{"title": "x"}\n' * 10)
    monkeypatch.setattr(json_reading, "MAX_DOCUMENT", 9)
    with pytest.raises(ImportRefused, match="larger than 0 MB"):
        read_github(b"[%s]" % ISSUE)


def test_circles_and_long_chains_are_harmless(db: DbAdapter) -> None:
    lines = [
        f'{{"id": "{at}", "title": "T{at}", "dependencies": [{{"depends_on_id": "{(at + 1) % 300}",'
        f' "type": "{kind}"}}]}}'
        for at, kind in enumerate(["parent-child"] * 300)
    ]
    report = import_plan(db, read_beads("\n".join(lines).encode()), project_name="Chain")
    assert report.counts["card"].made == 300
    assert [one for one in told(report) if "part of itself" in one] == [
        "line 300: it is part of itself by way of its parents; it stands without one"
    ]

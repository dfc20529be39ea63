"""Beads, Taskwarrior, Trello and GitHub: what becomes what, and what is told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.importers.beads import read_beads
from planner.importers.github import read_github
from planner.importers.importing import import_plan
from planner.importers.taskwarrior import read_taskwarrior
from planner.importers.trello import read_trello
from store.adapter import DbAdapter
from tests.planner.importers.imported import cards, lanes, told
from tests.planner.plans import opened


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def on(issue: str, other: str, kind: str = "blocks") -> dict[str, str]:
    return {"issue_id": issue, "depends_on_id": other, "type": kind, "created_by": "daemon"}


def issue(number: str, title: str, **more: Any) -> dict[str, Any]:
    about = {"status": "open", "priority": 2, "issue_type": "task"}
    return {"id": number, "title": title, **about, **more}


ISSUES = [
    issue("la-9", "Crash", status="closed", issue_type="bug", closed_at="2025-12-09T10:00:00Z"),
    issue(
        "la-1.1",
        "Password",
        status="in_progress",
        priority=0,
        issue_type="feature",
        created_at="2025-12-02T10:00:00.123456-08:00",
        acceptance_criteria="- [x] works\n- is fast\n  on phones\n\nin any browser",
        design="# Flow",
        notes="Ask Ben",
        labels=["web", "auth"],
        estimated_minutes=90,
        dependencies=[on("la-1.1", "la-1", "parent-child"), on("la-1.1", "la-9")],
        comments=[{"author": "ana", "text": "Hm", "created_at": "2025-12-03T10:00:00Z"}],
    ),
    issue("la-1", "Sign in", description="All ways in", priority=1, issue_type="epic"),
    issue("la-1.2", "Keys", issue_type="epic", dependencies=[on("la-1.2", "la-1", "parent-child")]),
    issue(
        "la-1.2.1",
        "Passkey",
        status="pinned",
        priority=7,
        rig="x",
        dependencies=[
            on("la-1.2.1", "la-1.2", "parent-child"),
            on("la-1.2.1", "la-77", "tested-by"),
            on("la-1.2.1", "la-1.2.2"),
        ],
    ),
    issue("la-1.2.2", "Fido", status="blocked", dependencies=[on("la-1.2.2", "la-1.2.1")]),
    issue("la-4", "Gone", status="tombstone"),
    issue("la-5", " "),
    issue("la-6", "Hen", dependencies=[on("la-6", "la-7", "parent-child")]),
    issue("la-7", "Egg", dependencies=[on("la-7", "la-6", "parent-child")]),
    {"_type": "memory", "key": "a", "value": "b"},
]


def test_issues_of_beads(db: DbAdapter, tmp_path: Path) -> None:
    path = tmp_path / "Lantern" / ".beads" / "issues.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(json.dumps(one) for one in ISSUES))
    report = import_plan(db, read_beads(path))
    assert report.project.name == "Lantern"
    project = report.project.id
    assert lanes(db, project) == {
        "Sign in": {"Epic": ["Sign in"], "Keys": ["Keys", "Passkey"], "Feature": ["Password"]},
        "Egg": {"Task": ["Hen", "Egg"]},
        "No epic": {"Bug": ["Crash"], "Task": ["Fido"]},
    }
    made = cards(db, project)
    assert made["Password"] == {
        "status": "active",
        "priority": 4,
        "description": None,
        "requirements": [
            ("works", "approved"),
            ("is fast\n  on phones", "draft"),
            ("in any browser", "draft"),
        ],
        "facts": [
            "Beads id: la-1.1",
            "Part of la-1: Sign in",
            "Depends on la-9: Crash",
            "Labels: web, auth",
            "Estimate: 90 minutes",
        ],
        "artifacts": {
            "Design": "# Flow",
            "Notes": "Ask Ben",
            "Comments": "**ana**, 2025-12-03 10:00 UTC:\n\nHm",
        },
        "made": "2025-12-02T18:00:00.000Z",
    }
    assert made["Passkey"]["facts"][1:] == [
        "Part of la-1.2: Keys",
        "tested-by la-77",
        "Depends on la-1.2.2: Fido",
    ]
    assert [made[title]["status"] for title in ("Sign in", "Crash", "Fido", "Passkey")] == [
        *("todo", "production", "questions", "todo"),
    ]
    assert [made[title]["priority"] for title in ("Sign in", "Fido", "Passkey")] == [3, 2, 0]
    assert told(report) == [
        "line 7: an issue that was deleted in Beads",
        "line 8: an issue without a title",
        "line 11: it is no issue but 'memory'",
        "line 5: the field 'rig' is not imported",
        "line 10: it is part of itself by way of its parents; it stands without one",
        "line 5: the status 'pinned' is taken as todo",
        "line 5: the priority 7 is none of 0 to 4; it is taken as 4",
    ]
    changed = [one for one in ISSUES if one.get("id") != "la-9"]
    changed[1] = {**changed[1], "title": "Login", "priority": 3}
    report = import_plan(db, read_beads(json.dumps(changed).encode()), project_name="Lantern")
    assert lanes(db, project)["Login"]["Epic"] == ["Login"]
    assert report.no_longer_there == ("Crash",)
    assert cards(db, project)["Password"]["facts"][1] == "Part of la-1: Login"


SINK, WASHER, GONE = (f"{one}360fc44-315c-4366-b70c-ea7e7520b749" for one in "abc")
TASKS = [
    {
        "id": 1,
        "uuid": SINK,
        "description": "Mend the sink",
        "status": "pending",
        "entry": "20260105T101500Z",
        "modified": "20260106T101500Z",
        "project": "Home.Kitchen.Wall",
        "tags": ["next", "diy"],
        "priority": "H",
        "due": "20260201T000000Z",
        "urgency": 9.1,
        "annotations": [
            {"entry": "20260106T101500Z", "description": "Call Ben"},
            {"entry": "20260105T111500Z", "description": "Left of the stove"},
        ],
        "depends": [WASHER, GONE, WASHER],
        "estimate": 3.5,
        "reviewed": "20260107T080000Z",
        "size": {"a": 1},
    },
    {
        "uuid": WASHER.upper(),
        "description": "Buy a washer",
        "status": "pending",
        "entry": "20260104T101500Z",
        "start": "20260104T111500Z",
        "project": "Home",
        "depends": f"{SINK},{GONE}",
        "wait": "soon",
    },
    {"uuid": GONE, "description": "Gone", "status": "deleted"},
    {"uuid": f"d{SINK[1:]}", "description": "Water", "status": "recurring", "recur": "weekly"},
    {"description": "Rest", "status": "waiting"},
    {"description": "Rest", "status": "completed", "priority": "Q"},
    7,
]


@pytest.mark.parametrize("lines", [False, True])
def test_tasks_of_taskwarrior(db: DbAdapter, lines: bool) -> None:
    text = ",\n".join(json.dumps(one) for one in TASKS) if lines else json.dumps(TASKS)
    report = import_plan(db, read_taskwarrior(text.encode()))
    assert lanes(db, report.project.id) == {
        "Home": {"No activity": ["Buy a washer"], "Kitchen.Wall": ["Mend the sink"]},
        "No project": {"No activity": ["Rest", "Rest"]},
    }
    made = cards(db, report.project.id)
    assert made["Mend the sink"] == {
        "status": "todo",
        "priority": 3,
        "description": "- 2026-01-05 11:15 UTC: Left of the stove\n- 2026-01-06 10:15 UTC: Call Ben",
        "requirements": [],
        "facts": [
            f"Taskwarrior uuid: {SINK}",
            f"Depends on {WASHER}: Buy a washer",
            f"Depends on {GONE}: Gone",
            "Tags: next, diy",
            "Due: 2026-02-01",
            "estimate: 3.5",
            "reviewed: 2026-01-07 08:00 UTC",
        ],
        "artifacts": {},
        "made": "2026-01-05T10:15:00.000Z",
    }
    assert made["Buy a washer"]["status"] == "active"
    assert made["Buy a washer"]["facts"][1] == f"Depends on {SINK}: Mend the sink"
    noun = "line" if lines else "task"
    assert told(report) == [
        f"{noun} 3: a deleted task",
        f"{noun} 4: the template of a recurring task; its tasks are imported",
        f"{noun} 7: it is a number, not a task",
        f"{noun} 2: 'wait' is no point in time: 'soon'; it is left out",
        f"{noun} 1: 'size' is an object, not a text; it is left out",
        f"{noun} 6: the priority 'Q' is taken as none",
    ]
    assert import_plan(db, read_taskwarrior(text.encode())).actions == 0


PAINT = "5f0e8e1a2b3c4d5e6f708192"
BOARD = {
    "name": "Kitchen",
    "desc": "All of it",
    "lists": [
        {"id": "doing", "name": "Doing", "pos": 2, "closed": False},
        {"id": "ideas", "name": "Ideas", "pos": 1.5, "closed": False},
        {"id": "old", "name": "Old", "pos": 3, "closed": True},
    ],
    "labels": [{"id": "green", "name": "", "color": "green"}],
    "members": [{"id": "ana", "fullName": "Ana B", "username": "ana"}],
    "customFields": [
        {"id": "size", "name": "Size", "type": "number"},
        {"id": "risk", "name": "Risk", "options": [{"id": "low", "value": {"text": "Low"}}]},
    ],
    "checklists": [
        {
            "id": "steps",
            "idCard": PAINT,
            "name": "Steps",
            "pos": 2,
            "checkItems": [
                {"id": "two", "name": "second", "state": "incomplete", "pos": 2},
                {"id": "one", "name": "first", "state": "complete", "pos": 1},
            ],
        },
        {
            "id": "before",
            "idCard": PAINT,
            "name": "Before",
            "pos": 1,
            "checkItems": [{"name": "x"}],
        },
    ],
    "actions": [
        {"type": "updateCard", "data": 3},
        {
            "type": "commentCard",
            "date": "2020-07-16T10:00:00.000Z",
            "memberCreator": {"fullName": "Ana B"},
            "data": {"text": "Nice", "card": {"id": PAINT}},
        },
    ],
    "cards": [
        {
            "id": PAINT,
            "name": "Paint",
            "desc": "# Blue",
            "idList": "doing",
            "pos": 1,
            "idShort": 4,
            "closed": False,
            "labels": [{"name": "P1", "color": "red"}, {"name": "", "color": "green"}],
            "idMembers": ["ana"],
            "due": "2020-08-01T12:30:00.000Z",
            "dueComplete": False,
            "shortUrl": "https://trello.com/c/abc",
            "customFieldItems": [
                {"idCustomField": "size", "value": {"number": "5"}},
                {"idCustomField": "risk", "idValue": "low"},
            ],
            "attachments": [
                {"id": "a", "name": "Wall", "url": "https://x/y.png", "mimeType": "image/png"},
                {"name": "nowhere"},
            ],
        },
        {"id": "c2", "name": "In an old list", "idList": "old", "dueComplete": True},
        {"id": "c3", "name": "Archived", "idList": "ideas", "closed": True},
        {
            "id": "c4",
            "name": "Ready",
            "idList": "ideas",
            "dueComplete": True,
            "idLabels": ["green"],
        },
        {"id": "c5", "name": "Lost", "idList": "nowhere", "labels": [{"name": "blocked"}]},
    ],
}


def test_a_board_of_trello(db: DbAdapter) -> None:
    text = json.dumps(BOARD)
    report = import_plan(db, read_trello(text.encode("utf-16")))
    assert (report.project.name, report.project.description) == ("Kitchen", "All of it")
    assert lanes(db, report.project.id) == {
        "Kitchen": {"Ideas": ["Ready"], "Doing": ["Paint"], "No list": ["Lost"]},
        "Archived": {"Ideas": ["Archived"], "Old": ["In an old list"]},
    }
    made = cards(db, report.project.id)
    assert made["Paint"] == {
        "status": "active",
        "priority": 3,
        "description": "# Blue",
        "requirements": [
            ("Before: x", "draft"),
            ("Steps: first", "approved"),
            ("Steps: second", "draft"),
        ],
        "facts": [
            "Trello card: https://trello.com/c/abc",
            "Labels: P1, green",
            "Members: Ana B",
            "Due: 2020-08-01 12:30 UTC",
            "Size: 5",
            "Risk: Low",
        ],
        "artifacts": {
            "Wall": "https://x/y.png",
            "Comments": "**Ana B**, 2020-07-16 10:00 UTC:\n\nNice",
        },
        "made": "2020-07-15T05:03:22.000Z",
    }
    assert [made[title]["status"] for title in ("Ready", "Lost", "Archived")] == [
        *("production", "questions", "production"),
    ]
    assert made["Archived"]["facts"] == ["Archived in Trello; its list: Ideas"]
    assert told(report) == [
        "card 1: an attachment without an address",
        "card 3: the status 'archived' is taken as production (and 1 more like it)",
    ]
    assert import_plan(db, read_trello(text.encode())).actions == 0


ON_GITHUB = [
    {
        "number": 12,
        "title": "It breaks",
        "body": "Depends on #3, blocked by #99\n\n- [x] found\n* [ ] fixed\n```\n- [ ] no\n```",
        "state": "OPEN",
        "stateReason": "",
        "labels": [{"name": "priority: high"}, {"name": "in progress"}, {"name": "bug"}],
        "milestone": {"title": "v1", "description": "First", "dueOn": "2026-03-01T00:00:00Z"},
        "assignees": [{"login": "ana", "name": "Ana"}],
        "author": {"login": "ben"},
        "comments": [
            {"author": {"login": "cy"}, "body": "Same", "createdAt": "2026-01-02T03:04:05Z"}
        ],
        "url": "https://github.com/acme/lantern/issues/12",
        "createdAt": "2026-01-01T00:00:00Z",
        "closedAt": None,
    },
    {
        "number": 3,
        "title": "No",
        "state": "CLOSED",
        "stateReason": "NOT_PLANNED",
        "closedAt": "2026-01-02T00:00:00Z",
        "labels": [{"name": "P0"}],
        "comments": 3,
        "weird": 1,
        "closedByPullRequestsReferences": [{"number": 5, "url": "https://github.com/a/b/pull/5"}],
    },
    {
        "number": 100,
        "title": "Planned",
        "projectItems": [{"title": "Q1", "status": {"name": "QA"}}],
    },
    {"title": "Only a title"},
]


def test_issues_of_github(db: DbAdapter) -> None:
    text = json.dumps(ON_GITHUB)
    report = import_plan(db, read_github(text.encode("utf-8-sig")))
    assert report.project.name == "lantern"
    assert lanes(db, report.project.id) == {
        "v1": {"bug": ["It breaks"]},
        "No milestone": {"No label": ["Only a title", "No", "Planned"]},
    }
    made = cards(db, report.project.id)
    assert made["It breaks"] == {
        "status": "active",
        "priority": 3,
        "description": ON_GITHUB[0]["body"],
        "requirements": [("found", "approved"), ("fixed", "draft")],
        "facts": [
            "GitHub issue: https://github.com/acme/lantern/issues/12",
            "Depends on #3: No",
            "Blocked by #99",
            "Labels: priority: high, in progress, bug",
            "Author: ben",
            "Assignees: ana",
            "Milestone due: 2026-03-01",
        ],
        "artifacts": {"Comments": "**cy**, 2026-01-02 03:04 UTC:\n\nSame"},
        "made": "2026-01-01T00:00:00.000Z",
    }
    assert (made["No"]["status"], made["No"]["priority"]) == ("production", 4)
    assert made["No"]["facts"][2:] == [
        "Closed: 2026-01-02, not planned",
        "Closed by https://github.com/a/b/pull/5",
    ]
    assert (made["Planned"]["status"], made["Only a title"]["status"]) == ("review", "todo")
    assert told(report) == [
        "issue 2, #3: the field 'weird' is not imported",
        "issue 2, #3: the status 'not planned' is taken as production",
        "issue 2, #3: 'comments' is a number, not a list; it is left out",
    ]
    assert import_plan(db, read_github(text.encode())).actions == 0

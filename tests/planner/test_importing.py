"""The core of every importer, with a source made by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner import requests as ask
from planner.actions import Planner
from planner.importers.importing import ImportReport, import_plan
from planner.importers.wanted import Entry, ImportRefused, Kind, Problem, Source
from store.adapter import DbAdapter
from store.open import open_store
from store.records import (
    ActivityColor,
    Card,
    CardAssumption,
    CardContextArtifact,
    CardPlannedFile,
    CardQuestion,
    CardRequirement,
    ContextArtifact,
    PlanningAction,
    Project,
    Workflow,
    WorkflowActivity,
)


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    opened = open_store(database_path)
    with opened.connection():
        yield opened


def entry(kind: Kind, key: str, parent: str = "", path: str = "", **fields: Any) -> Entry:
    finalized = fields.pop("finalized", False)
    return Entry(kind, key, parent, fields, path or f"{kind} {key}", finalized)


FILE = {
    "logical_file_name": "sign_in.py",
    "artifact_kind": "service",
    "action": "create",
    "intent_summary": "Signs in.",
    "status": "approved",
}


def whole() -> list[Entry]:
    """Everything an import can hold, on one card that may be built and one that may not."""
    return [
        entry("context_artifact", "guide", name="Guide", type="doc", content="Be kind."),
        entry("workflow", "w", title="Sign in", description="Who are you?"),
        entry("activity", "a", "w", title="Password", color="pink"),
        entry("activity", "b", "w", title="Passkey"),
        entry("card", "1", "a", title="One", status="review", priority=3, finalized=True),
        entry("requirement", "r", "1", text="It works", status="approved"),
        entry("known_fact", "", "1", text="It is so", evidence_source="a book"),
        entry("assumption", "", "1", text="Perhaps", status="rejected"),
        entry("question", "", "1", text="Why?", answer="Because.", status="approved"),
        entry("planned_file", "", "1", **FILE),
        entry("context_artifact", "", "1", name="Own", type="link", uri="https://example.com"),
        entry("link", "guide", "1", usage_hint="first"),
        entry("card", "2", "a", title="Two", finalized=True),
        entry("link", "guide", "2"),
        entry("card", "3", "b", title="Three"),
    ]


def bring(db: DbAdapter, entries: list[Entry], **options: Any) -> ImportReport:
    return import_plan(db, Source(format="test", name="Atlas", entries=entries), **options)


def changed(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    return {
        kind: (count.made, count.changed, count.deleted)
        for kind, count in report.counts.items()
        if count.made or count.changed or count.deleted
    }


def with_change(entries: list[Entry], kind: str, key: str, **fields: Any) -> list[Entry]:
    """Return the entries with some of one's fields changed; ``parent`` and ``finalized`` too."""
    made = []
    for one in entries:
        if (one.kind, one.key) == (kind, key):
            parent = fields.pop("parent", one.parent)
            finalized = fields.pop("finalized", one.finalized)
            one = Entry(one.kind, key, parent, {**one.fields, **fields}, one.path, finalized)
        made.append(one)
    return made


def card(db: DbAdapter, title: str) -> Card:
    (found,) = db.list(Card, title=title)
    return found


def test_every_kind_is_made_once(db: DbAdapter) -> None:
    report = bring(db, whole())
    assert report.project_made
    one, two = card(db, "One"), card(db, "Two")
    assert (one.status, one.priority, one.number) == ("review", 3, 1)
    assert one.finalized_at is not None
    assert two.finalized_at is None
    assert [note.reason for note in report.noted] == [
        "“Two” is not finalized: no requirement is approved"
    ]
    (question,) = db.list(CardQuestion)
    assert (question.answer, question.status, question.source) == (
        "Because.",
        "approved",
        "imported",
    )
    assert db.list(CardPlannedFile)[0].status == "approved"
    assert db.list(CardAssumption)[0].status == "rejected"
    links = {(link.card_id, link.usage_hint) for link in db.list(CardContextArtifact)}
    assert links == {(one.id, None), (one.id, "first"), (two.id, None)}
    assert [a.color for a in db.list(WorkflowActivity)] == [ActivityColor.PINK, "yellow"]
    assert {row.actor for row in db.list(PlanningAction)} == {"import test"}
    assert len({row.batch_id for row in db.list(PlanningAction)}) == 1
    again = bring(db, whole())
    assert (again.actions, again.project_made) == (0, False)


def test_only_what_changed_is_changed_and_a_finalized_card_stays_so(db: DbAdapter) -> None:
    bring(db, whole())
    entries = with_change(whole(), "requirement", "r", text="It works well")
    entries = with_change(entries, "activity", "b", title="Passkeys", color="green")
    report = bring(db, entries)
    assert changed(report) == {"activity": (0, 1, 0), "requirement": (0, 1, 0)}
    assert report.marks_lost == 0
    assert card(db, "One").finalized_at is not None
    entries = with_change(entries, "card", "1", parent="b", finalized=False, title="First")
    assert changed(bring(db, entries)) == {"card": (0, 1, 0)}
    first = card(db, "First")
    assert first.finalized_at is None
    assert first.workflow_activity_id == card(db, "Three").workflow_activity_id
    kinds = ("context_artifact", "link", "planned_file", "question")
    report = bring(db, [one for one in entries if one.kind not in kinds])
    assert changed(report) == {
        "context_artifact": (0, 0, 2),
        "link": (0, 0, 2),
        "planned_file": (0, 0, 1),
        "question": (0, 0, 1),
    }
    assert not db.count(ContextArtifact)
    assert bring(db, [one for one in entries if one.kind not in kinds]).actions == 0


def test_new_ones_go_behind_the_one_before_them(db: DbAdapter) -> None:
    bring(db, whole())
    new = entry("card", "4", "a", title="Four")
    first = entry("workflow", "v", title="Before")
    entries = [first, *whole()[:12], new, *whole()[12:], entry("workflow", "x", title="Last")]
    bring(db, entries)
    titles = [
        c.title for c in db.list(Card, workflow_activity_id=card(db, "One").workflow_activity_id)
    ]
    assert titles == ["One", "Four", "Two"]
    assert [w.title for w in db.list(Workflow)] == ["Before", "Sign in", "Last"]
    assert bring(db, entries).actions == 0


def test_what_a_person_did_stays(db: DbAdapter) -> None:
    project = bring(db, whole()).project
    one, three = card(db, "One"), card(db, "Three")
    (requirement,) = db.list(CardRequirement)
    Planner(db).apply(
        project.id,
        [
            ask.UpdateCard(
                target_ref=ask.CardTarget(card_id=one.id),
                payload=ask.CardChange(title="Mine", priority=1),
            ),
            ask.DeleteCardKnowledgeItem(
                target_ref=ask.CardTarget(card_id=one.id),
                payload=ask.KnowledgeRef(kind="requirement", id=requirement.id),
            ),
            ask.DeleteActivity(
                target_ref=ask.ActivityTarget(workflow_activity_id=three.workflow_activity_id)
            ),
        ],
    )
    report = bring(db, whole())
    assert report.actions == 0
    assert report.left_alone == ("Three",)
    entries = with_change(whole(), "card", "1", priority=4)
    entries = with_change(entries, "requirement", "r", text="Other")
    report = bring(db, [*entries, entry("card", "5", "b", title="Five")])
    assert changed(report) == {"card": (1, 1, 0), "activity": (1, 0, 0)}
    assert report.overwritten == 1
    assert (card(db, "Mine").priority, card(db, "Mine").finalized_at) == (4, None)
    assert not db.count(CardRequirement)
    activity = db.get(WorkflowActivity, card(db, "Five").workflow_activity_id)
    assert activity is not None
    assert activity.title == "Passkey"
    gone = bring(db, [one for one in entries if "2" not in (one.key, one.parent)])
    assert gone.no_longer_there == ("Two", "Five")


def test_an_undone_import_counts_as_not_imported(db: DbAdapter) -> None:
    project = bring(db, whole()).project
    Planner(db).undo(project.id)
    assert not db.count(Card)
    assert changed(bring(db, whole()))["card"] == (3, 0, 0)
    assert bring(db, whole(), project_name=project.id).actions == 0


def test_what_cannot_be_a_plan_is_refused_with_its_place(db: DbAdapter) -> None:
    broken = [
        (
            [entry("workflow", "w", title="A"), entry("workflow", "w", "", "line 2", title="B")],
            "line 2",
        ),
        ([entry("card", "1", "nowhere", "line 3", title="A")], "line 3"),
        ([*whole(), entry("requirement", "", "9", "line 4", text="A")], "line 4"),
        ([*whole(), entry("link", "nothing", "3", "line 5")], "line 5"),
        ([*whole(), entry("requirement", "r", "1", "line 6", text="A")], "line 6"),
        ([*whole(), entry("card", "7", "a", "line 7", title=" ")], "line 7"),
        ([*whole(), entry("card", "7", "a", "line 8", title="x", status="odd")], "line 8"),
        ([*whole(), entry("card", "7", "a", "line 9", title="\ud800")], "line 9"),
    ]
    for entries, place in broken:
        with pytest.raises(ImportRefused) as refused:
            bring(db, entries)
        assert [problem.path for problem in refused.value.problems] == [place]
    with pytest.raises(ImportRefused):
        bring(db, whole(), project_name=" ")
    assert not db.count(Project)


def test_a_dry_run_reports_and_changes_nothing(db: DbAdapter) -> None:
    told: list[tuple[int, int]] = []
    report = bring(db, whole(), dry_run=True, progress=lambda *at: told.append(at))
    assert changed(report)["card"] == (3, 0, 0)
    assert told[-1] == (report.actions, report.actions)
    assert not db.count(Project)
    skipped = Problem("line 1", "because")
    source = Source(format="test", name="Atlas", entries=whole(), skipped=(skipped,))
    assert import_plan(db, source, dry_run=True).skipped == (skipped,)

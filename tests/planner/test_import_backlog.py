import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner import requests as ask
from planner.actions import Planner
from planner.importers.backlog import read_backlog
from planner.importers.importing import ImportReport, import_plan
from planner.importers.wanted import ImportRefused
from store.adapter import DbAdapter
from store.open import open_store
from store.records import (
    Card,
    CardContextArtifact,
    CardKnownFact,
    CardRequirement,
    CardStatus,
    ContextArtifact,
    KnowledgeSource,
    KnowledgeStatus,
    PlanningAction,
    Project,
    Workflow,
    WorkflowActivity,
)
from tests.planner.plans import request
from tui.import_words import import_in_words

SAMPLE = Path(__file__).parent / "backlog_sample"
DOUGH = "tasks/bake-9 - Knead-the-dough.md"


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    opened = open_store(database_path)
    with opened.connection():
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE / "backlog", tmp_path / "backlog"))


def import_backlog(db: DbAdapter, folder: Path, **options: Any) -> ImportReport:
    return import_plan(db, read_backlog(folder), **options)


def edit(folder: Path, path: str, *changes: tuple[str, str]) -> None:
    text = (folder / path).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / path).write_text(text)


def card(db: DbAdapter, title: str) -> Card:
    (found,) = db.list(Card, title=title)
    return found


def facts(db: DbAdapter, title: str) -> list[str]:
    return [fact.text for fact in db.list(CardKnownFact, card_id=card(db, title).id)]


def requirements(db: DbAdapter, title: str) -> list[tuple[str, KnowledgeStatus]]:
    found = db.list(CardRequirement, card_id=card(db, title).id)
    return [(requirement.text, requirement.status) for requirement in found]


def artifacts(db: DbAdapter, title: str) -> dict[str, str | None]:
    links = db.list(CardContextArtifact, card_id=card(db, title).id)
    found = db.list(ContextArtifact, id=[link.context_artifact_id for link in links])
    return {artifact.name: artifact.content for artifact in found}


def add_task(folder: Path, number: int, *more: str) -> None:
    lines = ["---", f"id: BAKE-{number}", f"title: Task {number}", *more, "---", ""]
    (folder / "tasks" / f"bake-{number} - x.md").write_text("\n".join(lines))


def changed(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    """What was made, changed and deleted, of the kinds where anything was."""
    return {
        kind: (count.made, count.changed, count.deleted)
        for kind, count in report.counts.items()
        if count.made or count.changed or count.deleted
    }


def test_the_sample_becomes_a_plan(db: DbAdapter, folder: Path) -> None:
    report = import_backlog(db, folder)
    assert report.project_made
    assert report.project.name == "Bakery"
    workflows = db.list(Workflow, project_id=report.project.id)
    assert [w.title for w in workflows] == ["Opening day", "m-8", "No milestone"]
    activities = [
        [a.title for a in db.list(WorkflowActivity, workflow_id=workflow.id)]
        for workflow in workflows
    ]
    assert activities == [["dough"], ["No label"], ["dough"]]
    dough = card(db, "Knead the dough")
    assert dough.status is CardStatus.ACTIVE
    assert dough.priority == 3
    assert dough.created_at == "2026-01-02T08:30:00.000Z"
    assert dough.updated_at == "2026-01-03T00:00:00.000Z"
    assert requirements(db, "Knead the dough")[0] == (
        "The dough is smooth",
        KnowledgeStatus.APPROVED,
    )
    assert requirements(db, "Knead the dough")[1][1] is KnowledgeStatus.DRAFT
    assert facts(db, "Knead the dough") == [
        "Backlog.md id: BAKE-9",
        "Depends on BAKE-2: Buy flour",
        "Depends on bake-77",
        "Labels: dough",
        "Assignee: @ada",
    ]
    assert "Parent task: BAKE-9: Knead the dough" in facts(db, "Heat the oven: 250 degrees")
    fact = db.list(CardKnownFact, card_id=dough.id)[0]
    assert (fact.source, fact.status) == (KnowledgeSource.IMPORTED, KnowledgeStatus.APPROVED)
    assert fact.evidence_source == DOUGH
    assert artifacts(db, "Knead the dough") == {
        "BAKE-9 Definition of Done": "- [ ] #1 The bowl is clean",
        "BAKE-9 Implementation Notes": "[red]Cold[/red] water works better.",
    }
    actors = {row.actor for row in db.list(PlanningAction, project_id=report.project.id)}
    assert actors == {"import backlog"}
    assert len({row.batch_id for row in db.list(PlanningAction)}) == 1


def test_cards_stand_by_ordinal_and_then_by_number(db: DbAdapter, folder: Path) -> None:
    import_backlog(db, folder)
    activity_id = card(db, "Knead the dough").workflow_activity_id
    stacked = db.list(Card, workflow_activity_id=activity_id)
    # BAKE-10 has an ordinal; its labels say oven (rare) and dough.
    assert [c.title for c in stacked] == ["Heat the oven: 250 degrees", "Knead the dough"]


def test_rare_labels_fold_into_one_activity(db: DbAdapter, folder: Path) -> None:
    for number in range(20, 40):
        add_task(folder, number, f"labels: [common{number % 10}]", "milestone: m-3")
    add_task(folder, 50, "labels: [odd]", "milestone: m-3")
    import_backlog(db, folder)
    (workflow,) = db.list(Workflow, title="m-3")
    activities = db.list(WorkflowActivity, workflow_id=workflow.id)
    assert [a.title for a in activities] == [f"common{i}" for i in range(8)] + ["Other"]
    assert [a.color is None for a in activities] == [False] * 8 + [True]


def test_importing_again_changes_nothing(db: DbAdapter, folder: Path) -> None:
    first = import_backlog(db, folder)
    again = import_backlog(db, folder)
    assert again.actions == 0
    assert not again.project_made
    assert changed(again) == {}
    assert again.project == first.project


def test_only_what_changed_is_written(db: DbAdapter, folder: Path) -> None:
    import_backlog(db, folder)
    edit(
        folder,
        DOUGH,
        ("status: In Progress", "status: Done"),
        ("- [x] #1 The dough is smooth", "- [x] #1 The dough is warm\n- [ ] #2 It is round"),
        ("  - bake-77\n", ""),
        ("Cold[/red]", "Warm[/red]"),
    )
    report = import_backlog(db, folder)
    assert changed(report) == {
        "card": (0, 1, 0),
        "requirement": (2, 0, 1),
        "known_fact": (0, 0, 1),
        "context_artifact": (0, 1, 0),
    }
    assert card(db, "Knead the dough").status is CardStatus.PRODUCTION
    assert [text.split("\n")[0] for text, _ in requirements(db, "Knead the dough")] == [
        "The dough is warm",
        "It is round",
        "It springs back:",
    ]
    assert "Depends on bake-77" not in facts(db, "Knead the dough")
    assert import_backlog(db, folder).actions == 0


def test_a_reworded_criterion_stays_the_same_requirement(db: DbAdapter, folder: Path) -> None:
    import_backlog(db, folder)
    before = db.list(CardRequirement, card_id=card(db, "Knead the dough").id)
    edit(folder, DOUGH, ("The dough is smooth", "The dough is smooth and warm"))
    report = import_backlog(db, folder)
    after = db.list(CardRequirement, card_id=card(db, "Knead the dough").id)
    assert changed(report) == {"requirement": (0, 1, 0)}
    assert [row.id for row in after] == [row.id for row in before]


def test_a_persons_edits_and_moves_survive(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    dough, sign = card(db, "Knead the dough"), card(db, "Write the sign")
    Planner(db).apply(
        project.id,
        [
            ask.UpdateCard(
                target_ref=ask.CardTarget(card_id=dough.id),
                payload=ask.CardChange(title="Knead it well", priority=4),
            ),
            ask.MoveCard(
                target_ref=ask.CardTarget(card_id=dough.id),
                payload=ask.CardMove(workflow_activity_id=sign.workflow_activity_id),
            ),
        ],
    )
    edit(
        folder, DOUGH, ("status: In Progress", "status: Done"), ("priority: high", "priority: low")
    )
    report = import_backlog(db, folder)
    now = card(db, "Knead it well")
    assert now.status is CardStatus.PRODUCTION
    assert now.priority == 1
    assert now.workflow_activity_id == sign.workflow_activity_id
    assert report.overwritten == 1


def test_an_import_tells_which_cards_are_no_longer_finalized(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    dough = card(db, "Knead the dough")
    target = {"card_id": dough.id}
    batch = [
        request("setCardKnowledgeStatus", target, kind="requirement", id=item.id, status="approved")
        for item in db.list(CardRequirement, card_id=dough.id)
    ]
    Planner(db).apply(project.id, [*batch, request("finalizeCard", target)])
    assert import_backlog(db, folder).marks_lost == 0
    assert card(db, "Knead the dough").finalized_at is not None
    edit(folder, DOUGH, ("The dough is smooth", "The dough is silky"))
    report = import_backlog(db, folder)
    assert report.marks_lost == 1
    assert "1 card is no longer finalized" in import_in_words(report)
    assert card(db, "Knead the dough").finalized_at is None


def test_a_persons_deletions_survive(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    dough = card(db, "Knead the dough")
    (sign,) = db.list(Workflow, title="m-8")
    Planner(db).apply(
        project.id,
        [
            ask.DeleteCard(target_ref=ask.CardTarget(card_id=dough.id)),
            ask.DeleteWorkflow(target_ref=ask.WorkflowTarget(workflow_id=sign.id)),
        ],
    )
    edit(folder, DOUGH, ("status: In Progress", "status: Done"))
    report = import_backlog(db, folder)
    assert report.actions == 0
    assert sorted(report.left_alone) == ["BAKE-3.1", "BAKE-9"]
    assert not db.list(Card, title="Knead the dough")
    assert not db.list(Workflow, title="m-8")


def test_a_new_task_of_a_deleted_workflow_gets_a_new_one(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    (sign,) = db.list(Workflow, title="m-8")
    delete = ask.DeleteWorkflow(target_ref=ask.WorkflowTarget(workflow_id=sign.id))
    Planner(db).apply(project.id, [delete])
    add_task(folder, 60, "milestone: m-8")
    report = import_backlog(db, folder)
    assert changed(report)["card"] == (1, 0, 0)
    assert report.left_alone == ("BAKE-3.1",)
    titles = [workflow.title for workflow in db.list(Workflow, project_id=project.id)]
    assert titles == ["Opening day", "m-8", "No milestone"]
    assert import_backlog(db, folder).actions == 0


def test_a_card_with_other_labels_moves(db: DbAdapter, folder: Path) -> None:
    import_backlog(db, folder)
    edit(folder, DOUGH, ("milestone: m-1", "milestone: m-8"))
    import_backlog(db, folder)
    activity = db.get(WorkflowActivity, card(db, "Knead the dough").workflow_activity_id)
    assert activity is not None
    workflow = db.get(Workflow, activity.workflow_id)
    assert workflow is not None
    assert (workflow.title, activity.title) == ("m-8", "dough")
    assert import_backlog(db, folder).actions == 0


def test_a_label_that_becomes_common_moves_no_other_card(db: DbAdapter, folder: Path) -> None:
    add_task(folder, 20, "labels: [odd]")
    import_backlog(db, folder)
    before = card(db, "Task 20").workflow_activity_id
    add_task(folder, 21, "labels: [odd]")
    report = import_backlog(db, folder)
    assert changed(report)["card"] == (1, 0, 0)
    assert card(db, "Task 20").workflow_activity_id == before
    assert import_backlog(db, folder).actions == 0


def test_a_task_gone_from_the_folder_is_left_and_named(db: DbAdapter, folder: Path) -> None:
    import_backlog(db, folder)
    (folder / DOUGH).unlink()
    report = import_backlog(db, folder)
    assert report.no_longer_there == ("BAKE-9",)
    assert card(db, "Knead the dough")


def test_an_undone_import_counts_as_not_imported(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    planner = Planner(db)
    planner.undo(project.id)
    assert db.count(Card) == 0
    planner.redo(project.id)
    assert import_backlog(db, folder).actions == 0
    planner.undo(project.id)
    report = import_backlog(db, folder)
    assert changed(report)["card"] == (4, 0, 0)
    assert import_backlog(db, folder).actions == 0


def test_an_undone_second_import_is_done_again(db: DbAdapter, folder: Path) -> None:
    project = import_backlog(db, folder).project
    edit(folder, DOUGH, ("status: In Progress", "status: Done"))
    import_backlog(db, folder)
    Planner(db).undo(project.id)
    assert card(db, "Knead the dough").status is CardStatus.ACTIVE
    assert import_backlog(db, folder).actions == 1
    assert card(db, "Knead the dough").status is CardStatus.PRODUCTION


def test_an_unreadable_file_leaves_no_project(db: DbAdapter, folder: Path) -> None:
    (folder / "tasks" / "bake-99 - x.md").write_text("nothing")
    with pytest.raises(ImportRefused):
        import_backlog(db, folder)
    assert db.count(Project) == 0


def test_a_refusal_midway_leaves_no_project_and_names_the_file(
    db: DbAdapter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner import batch

    def refuse(text: str, what: str) -> str:
        if text == "Knead the dough":
            raise batch.Refused("Not that one.")
        return text

    monkeypatch.setattr("planner.card_actions.said", refuse)
    with pytest.raises(ImportRefused) as refused:
        import_backlog(db, folder)
    assert [(p.path, p.reason) for p in refused.value.problems] == [(DOUGH, "Not that one.")]
    assert db.count(Project) == 0
    assert db.count(Card) == 0


def test_a_dry_run_changes_nothing(db: DbAdapter, folder: Path) -> None:
    report = import_backlog(db, folder, dry_run=True)
    assert report.dry_run
    assert report.counts["card"].made == 4
    assert db.count(Project) == 0


def test_the_project_can_be_named_and_progress_is_told(db: DbAdapter, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    report = import_backlog(
        db, folder, project_name="Mine", progress=lambda done, total: told.append((done, total))
    )
    assert report.project.name == "Mine"
    assert told[-1] == (report.actions, report.actions)

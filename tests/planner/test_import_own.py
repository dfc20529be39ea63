"""A plan that was exported, edited elsewhere and imported into the same project again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import requests as ask
from planner.actions import Planner
from planner.exporters.csv import export_csv
from planner.exporters.markdown import export_markdown
from planner.importers.csv import read_csv
from planner.importers.importing import ImportReport, import_plan
from planner.importers.markdown import read_markdown
from planner.importers.ordering import moves
from planner.sample import load_sample
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardContextArtifact,
    CardQuestion,
    CardRequirement,
    Project,
    Workflow,
    WorkflowActivity,
)
from tests.planner.carried import in_markdown
from tests.planner.plans import opened


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


@pytest.fixture
def project(db: DbAdapter) -> Project:
    return load_sample(db)


def bring(db: DbAdapter, project: Project, text: str, kind: str) -> ImportReport:
    read = {"csv": read_csv, "md": read_markdown}[kind]
    return import_plan(db, read(text.encode()), project_name=project.name)


def exported(db: DbAdapter, project: Project, kind: str) -> str:
    write = {"csv": export_csv, "md": export_markdown}[kind]
    return "".join(write(db, project))


def card(db: DbAdapter, number: int) -> Card:
    (found,) = db.list(Card, number=number)
    return found


@pytest.mark.parametrize("kind", ["csv", "md"])
def test_an_export_changes_nothing_in_its_own_project(
    db: DbAdapter, project: Project, kind: str
) -> None:
    # Two workflows of one title are told apart by what stands in them, too.
    first, second = db.list(Workflow, project_id=project.id)[:2]
    change = ask.WorkflowChange(title=first.title)
    target = ask.WorkflowTarget(workflow_id=second.id)
    Planner(db).apply(project.id, [ask.UpdateWorkflow(target_ref=target, payload=change)])
    report = bring(db, project, exported(db, project, kind), kind)
    assert report.actions == 0, report
    assert (report.counts["card"].unchanged, report.project_made) == (db.count(Card), False)


@pytest.mark.parametrize("kind", ["csv", "md"])
def test_what_was_edited_elsewhere_is_changed_here(
    db: DbAdapter, project: Project, kind: str
) -> None:
    artifacts = db.count(CardContextArtifact)
    text = exported(db, project, kind)
    title, requirement = card(db, 1).title, db.list(CardRequirement, card_id=card(db, 1).id)[0]
    text = text.replace(title, "Save it").replace(requirement.text, "Two clicks save")
    third = card(db, 3)
    delete = ask.DeleteCard(target_ref=ask.CardTarget(card_id=third.id))
    Planner(db).apply(project.id, [delete])
    numbers = {one.number for one in db.list(Card)}
    report = bring(db, project, text, kind)
    assert card(db, 1).title == "Save it"
    assert db.get(CardRequirement, requirement.id).text == "Two clicks save"  # type: ignore[union-attr]
    assert report.actions == 2
    assert report.left_alone == (third.title,)
    assert {one.number for one in db.list(Card)} == numbers
    assert db.count(CardContextArtifact) == artifacts
    assert bring(db, project, text, kind).actions == 0
    Planner(db).undo(project.id)
    assert card(db, 1).title == title


def test_a_sheet_of_a_few_columns_leaves_the_rest(db: DbAdapter, project: Project) -> None:
    finalized = {one.id for one in db.list(Card) if one.finalized_at}
    before, questions = in_markdown(db, project.id), db.count(CardQuestion)
    one = card(db, 1)
    report = bring(db, project, f"id,title\n{one.id},{one.title}\n", "csv")
    assert report.actions == 0
    report = bring(db, project, f"id,title,prio\n{one.id},Other,low\n,New,high\n", "csv")
    assert (report.counts["card"].made, report.counts["card"].changed) == (1, 1)
    assert (card(db, 1).title, card(db, 1).workflow_activity_id) == (
        "Other",
        one.workflow_activity_id,
    )
    assert db.count(CardQuestion) == questions
    assert {one.id for one in db.list(Card) if one.finalized_at} == finalized - {one.id}
    assert (
        len(in_markdown(db, project.id)) == len(before) + 3
    )  # a card in no activity of no workflow


def test_new_cards_go_into_workflows_of_the_same_title(db: DbAdapter, project: Project) -> None:
    activity = db.get(WorkflowActivity, card(db, 1).workflow_activity_id)
    assert activity is not None
    workflow = db.get(Workflow, activity.workflow_id)
    assert workflow is not None
    count = db.count(Workflow), db.count(WorkflowActivity)
    outline = f"# {workflow.title}\n## {activity.title}\n- New\n"
    sheet = f"workflow,activity,color,title\n{workflow.title},{activity.title},,Newer\n"
    for text, kind in ((outline, "md"), (sheet, "csv")):
        assert bring(db, project, text, kind).actions == 1
        assert bring(db, project, text, kind).actions == 0
    assert (db.count(Workflow), db.count(WorkflowActivity)) == count
    assert db.get(Workflow, workflow.id) == workflow
    assert db.get(WorkflowActivity, activity.id) == activity
    here = db.list(Card, workflow_activity_id=activity.id)
    assert {one.title for one in here} >= {"New", "Newer"}


def test_another_projects_export_takes_nothing_over(db: DbAdapter, project: Project) -> None:
    other = import_plan(db, read_csv(b"title\nOther\n"), project_name="Other").project
    text = exported(db, project, "md")
    before = in_markdown(db, project.id)
    report = bring(db, other, text, "md")
    assert report.counts["card"].changed == 0
    assert [one.title for one in db.list(Card, number=1)] == [
        "Save the open page with one click",
        "Other",
    ]
    assert bring(db, other, text, "md").actions == 0
    assert in_markdown(db, project.id) == before


def test_an_outline_in_another_order_brings_all_into_it(db: DbAdapter, project: Project) -> None:
    lines = exported(db, project, "md").split("\n")
    text = "\n".join(lines)
    start = text.index("# Save an article")
    parts = text[start:].split("\n# ")
    swapped = (
        text[:start]
        + "# "
        + "\n# ".join([parts[-1].rstrip("\n") + "\n", parts[0][2:], *parts[1:-1]])
    )
    report = bring(db, project, swapped, "md")
    assert (report.counts["workflow"].moved, report.actions) == (1, 1)
    assert bring(db, project, swapped, "md").actions == 0
    assert exported(db, project, "md") == swapped.rstrip("\n") + "\n\n"


@given(st.permutations(range(7)), st.sets(st.integers(0, 6)))
def test_few_moves_bring_siblings_into_order(wanted: list[int], left_out: set[int]) -> None:
    order, source = [*"0123456"], [str(one) for one in wanted if one not in left_out]
    stands = [*order]
    done = [*moves(order, source)]
    for item, place in done:
        stands.remove(item)
        stands.insert(place, item)
    assert stands == order
    assert [one for one in order if one in source] == source
    assert len(done) < max(1, len(source))

"""Projects as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.board import read_board
from planner.errors import Refused
from planner.projects import create_project, delete_project, find_project, read_projects
from store.adapter import DbAdapter
from store.records import Card, EventArchive, EventLog, PlanningAction, Project
from tests.planner.plans import Plan, on, opened
from tests.store.searchable import check_index


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


def test_deleting_a_project_takes_its_plan_and_keeps_its_story(db: DbAdapter) -> None:
    plan, other = Plan(db), Plan(db, "Other")
    plan.build()
    other.act("createWorkflow", id="theirs", title="Theirs")
    before = other.dump()
    gone = delete_project(db, plan.project_id, "ana")
    assert gone.name == "Atlas"
    assert find_project(db, "Atlas") is None
    assert db.count(Card) == 0
    assert db.count(PlanningAction, project_id=plan.project_id) == 0
    assert db.count(EventLog, project_id=plan.project_id) == 0
    told = db.list(EventArchive, event_type="project.deleted")
    assert [(event.project_name, event.actor) for event in told] == [("Atlas", "ana")]
    assert told[0].payload == {
        "name": "Atlas",
        "went_with_it": {"workflow": 2, "workflow_activity": 4, "card": 12},
    }
    assert db.count(EventArchive, event_type="project.created") == 1
    assert other.dump() == before
    check_index(db._database.connection())  # type: ignore[attr-defined]
    create_project(db, "Atlas")
    assert db.count(Project) == 2


def test_a_project_that_is_not_there_can_not_be_deleted(db: DbAdapter) -> None:
    with pytest.raises(Refused, match="deleted already"):
        delete_project(db, "nobody", "ana")


def test_a_change_to_a_project_is_told(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.act("updateProject", name="Globe", description="Maps.")
    (event,) = db.list(EventLog, event_type="project.updated")
    assert event.actor == "ana"
    assert event.payload == {
        "project_id": plan.project_id,
        "title": "Globe",
        "before": {"name": "Atlas", "description": None},
        "after": {"name": "Globe", "description": "Maps."},
    }


def test_a_project_counts_what_its_cards_show(db: DbAdapter) -> None:
    plan = Plan(db)
    plan.build()
    create_project(db, "Aaa", description="Empty")

    def knows(card: str, kind: str, status: str) -> None:
        plan.act("upsertCardKnowledgeItem", on(card), kind=kind, text="So", status=status)

    for card in ("w1a1c2", "w1a1c3", "w1a2c1", "w1a2c2", "w1a2c3"):
        knows(card, "requirement", "approved")
    knows("w1a1c1", "requirement", "draft")
    knows("w1a1c2", "requirement", "draft")
    knows("w1a1c3", "question", "draft")
    knows("w1a1c3", "question", "draft")
    knows("w1a2c1", "assumption", "draft")
    plan.act("finalizeCard", on("w1a2c3"))
    board = read_board(db, plan.project)
    faces = [card for lane in board.lanes for column in lane.columns for card in column.cards]
    empty, found = read_projects(db)
    assert (empty.name, empty.description, empty.cards, empty.ready) == ("Aaa", "Empty", 0, 0)
    assert (found.workflows, found.activities, found.cards) == (2, 4, 12)
    assert found.open_questions == sum(face.questions for face in faces) == 2
    assert found.finalized == sum(face.is_finalized for face in faces) == 1
    assert found.ready == sum(face.is_ready and not face.is_finalized for face in faces) == 1

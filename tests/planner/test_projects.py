"""Projects as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import Refused
from planner.projects import create_project, delete_project, find_project
from store.adapter import DbAdapter
from store.records import Card, EventArchive, EventLog, PlanningAction, Project
from tests.planner.plans import Plan, opened
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

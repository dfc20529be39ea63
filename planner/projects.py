"""Projects as a whole: finding, making and deleting them.

A planning action belongs to a project, so making one can't be an action; it is told to
the event log instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from planner.batch import new_id, said
from planner.errors import Refused
from planner.runs.open_runs import OPEN, check_nothing_is_being_built
from store.adapter import DbAdapter
from store.records import CardAssignment, EventLog, OrchestrationRun, Project, utc_now

SAMPLE_NAME = "Lantern, a reading list"
"""What the sample project is called."""


def create_project(
    db: DbAdapter,
    name: str,
    *,
    description: str | None = None,
    actor: str = "user",
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> Project:
    """Make an empty project.

    Raises:
        Refused: The name is blank or taken.
        StoreError: The database could not be used.
    """
    said(name, "project's name")
    with db.transaction():
        if db.count(Project, name=name):
            raise Refused(f"There is a project called {name} already.")
        now = clock()
        project = Project(
            id=new_id(), name=name, description=description, created_at=now, updated_at=now
        )
        db.insert(project)
        db.insert(
            EventLog(
                id=new_id(),
                project_id=project.id,
                event_type="project.created",
                actor=actor,
                payload={"name": name},
                created_at=now,
            )
        )
    return project


def delete_project(
    db: DbAdapter,
    project_id: str,
    actor: str,
    *,
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> Project:
    """Delete a project with its whole plan and the actions that made it; there is no undo.

    Its events stay, in the archive, and the last of them tells who deleted it.

    Returns:
        The project as it was.

    Raises:
        Refused: There is no such project, or some of it is being built.
        StoreError: The database could not be used.
    """
    with db.transaction():
        project = db.get(Project, project_id)
        if project is None:
            raise Refused("This project has been deleted already.")
        being_built = db.list(OrchestrationRun, project_id=project_id, status=OPEN)
        assigned = [run.id for run in being_built]
        check_nothing_is_being_built(
            db, [*being_built, *(db.list(CardAssignment, run_id=assigned) if assigned else ())]
        )
        counts = next(row for row in db.project_counts() if row[0] == project_id)
        workflows, activities, cards = counts[3:6]
        db.insert(
            EventLog(
                id=new_id(),
                project_id=project_id,
                event_type="project.deleted",
                actor=actor,
                payload={
                    "name": project.name,
                    "went_with_it": {
                        "workflow": workflows,
                        "workflow_activity": activities,
                        "card": cards,
                    },
                },
                created_at=clock(),
            )
        )
        db.delete(Project, project_id)
    return project


class ProjectFace(msgspec.Struct, frozen=True):
    """What a list of projects shows of one.

    ``ready`` counts the cards that may be finalized and aren't, ``finalized`` those that are.
    """

    id: str
    name: str
    description: str | None
    workflows: int
    activities: int
    cards: int
    open_questions: int
    ready: int
    finalized: int


def read_projects(db: DbAdapter) -> list[ProjectFace]:
    """Return every project with what it holds, by name."""
    with db.view():
        counts = db.project_counts()
        rows = db.project_readiness()
    questions, ready, finalized = Counter[str](), Counter[str](), Counter[str]()
    for project_id, is_finalized, approved, undecided, is_open, cards, asked in rows:
        questions[project_id] += asked
        if is_finalized:
            finalized[project_id] += cards
        elif approved and not (undecided or is_open):
            ready[project_id] += cards
    return [
        ProjectFace(
            project_id,
            name,
            description,
            workflows,
            activities,
            cards,
            questions[project_id],
            ready[project_id],
            finalized[project_id],
        )
        for project_id, name, description, workflows, activities, cards in counts
    ]


def find_project(db: DbAdapter, name: str) -> Project | None:
    """Return the project with this name or id, or None."""
    by_name = db.list(Project, name=name)
    return by_name[0] if by_name else db.get(Project, name)


def latest_project(db: DbAdapter) -> Project | None:
    """Return the project whose plan was changed last, or None when there is none."""
    projects = db.list(Project)
    return max(projects, key=lambda project: _last_change(db, project), default=None)


def _last_change(db: DbAdapter, project: Project) -> str:
    newest = db.actions_between(project.id, limit=1, newest_first=True)
    return (newest[0].applied_at if newest else None) or project.updated_at

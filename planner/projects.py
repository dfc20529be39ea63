"""Projects as a whole: finding, making and deleting them.

A planning action belongs to a project, so making one can't be an action; it is told to
the event log instead.
"""

from __future__ import annotations

from collections.abc import Callable

from planner.batch import new_id, said
from planner.errors import Refused
from store.adapter import DbAdapter
from store.records import EventLog, Project, utc_now


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
        Refused: There is no such project.
        StoreError: The database could not be used.
    """
    with db.transaction():
        project = db.get(Project, project_id)
        if project is None:
            raise Refused("This project has been deleted already.")
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

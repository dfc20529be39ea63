"""What the list of projects asks of the plan."""

from __future__ import annotations

from planner.errors import Refused
from planner.projects import ProjectFace
from planner.projects import read_projects as read
from store.records import Project
from tui.session import Session


def read_projects(session: Session) -> list[ProjectFace]:
    """Return every project with what it holds, by name."""
    return read(session.db)


def read_project(session: Session, project_id: str) -> Project:
    """Return a project as it is now, to change it."""
    project = session.db.get(Project, project_id)
    if project is None:
        raise Refused("This project has been deleted meanwhile.")
    return project

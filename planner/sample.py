"""The sample plan: a small product, planned through the same actions as any other."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from planner.actions import Planner
from planner.batch import new_id
from planner.decode import read_script
from planner.projects import SAMPLE_NAME, create_project, find_project
from store.adapter import DbAdapter
from store.records import Project, utc_now


def load_sample(
    db: DbAdapter,
    *,
    actor: str = "sample",
    clock: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_id,
) -> Project:
    """Return the sample project, made first when the database does not hold it.

    Raises:
        StoreError: The database could not be used.
    """
    existing = find_project(db, SAMPLE_NAME)
    if existing is not None:
        return existing
    script = read_script(files("planner").joinpath("sample.json").read_bytes())
    with db.transaction():
        project = create_project(
            db,
            SAMPLE_NAME,
            description="Save what you mean to read, and read it.",
            actor=actor,
            clock=clock,
            new_id=new_id,
        )
        Planner(db, actor=actor, clock=clock, new_id=new_id).apply(project.id, script.actions)
        return db.get(Project, project.id) or project

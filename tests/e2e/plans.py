"""Small plans for the end-to-end tests, made through planning actions."""

from pathlib import Path

from planner import requests as ask
from planner.actions import Planner
from planner.projects import create_project
from store.open import open_store


def make_plan(path: Path, columns: list[list[str]], name: str = "Lamp") -> list[list[str]]:
    """Make a project with one workflow; return the ids of its activities' cards."""
    db = open_store(path)
    ids = []
    with db.connection():
        project = create_project(db, name, actor="test")
        actions: list[ask.Action] = [
            ask.CreateWorkflow(payload=ask.NewWorkflow(id="w", title="Flow"))
        ]
        for number, titles in enumerate(columns):
            activity = f"a{number}"
            new = ask.NewActivity(id=activity, title=f"Step {number}")
            actions.append(
                ask.CreateActivity(target_ref=ask.WorkflowTarget(workflow_id="w"), payload=new)
            )
            ids.append([f"c{number}-{row}" for row in range(len(titles))])
            actions += [
                ask.CreateCard(
                    target_ref=ask.ActivityTarget(workflow_activity_id=activity),
                    payload=ask.NewCard(id=f"c{number}-{row}", title=title),
                )
                for row, title in enumerate(titles)
            ]
        Planner(db, actor="test").apply(project.id, actions)
    return ids

"""How the actions on the map itself are applied: project, workflows, activities.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told: the ids, number and title of what it acted on. Raises ``Refused``.
"""

from __future__ import annotations

from typing import Any

from planner import requests as ask
from planner.batch import Batch, changes_given, said
from planner.errors import Refused
from store.records import Project, Workflow, WorkflowActivity

Result = dict[str, Any]


def update_project(batch: Batch, action: ask.UpdateProject) -> Result:
    """Change the project; its name must stay unique."""
    batch.check_project(action.target_ref.project_id)
    values = changes_given(action.payload, "project")
    if "name" in values:
        others = batch.db.list(Project, name=said(values["name"], "project's name"))
        if any(other.id != batch.project.id for other in others):
            raise Refused(f"There is a project called {values['name']} already.")
    if "default_branch" in values:
        said(values["default_branch"], "default branch")
    project = batch.db.get(Project, batch.project.id) or batch.project
    batch.changes.update(project, **values, updated_at=batch.now)
    told = {"project_id": project.id, "title": values.get("name", project.name)}
    before = {name: getattr(project, name) for name in values}
    batch.tell("project.updated", {**told, "before": before, "after": values})
    return told


def create_workflow(batch: Batch, action: ask.CreateWorkflow) -> Result:
    """Make a workflow."""
    batch.check_project(action.target_ref.project_id)
    new = action.payload
    workflow = Workflow(
        id=new.id or batch.new_id(),
        project_id=batch.project.id,
        title=said(new.title, "workflow's title"),
        description=new.description,
        position=0,
        created_at=batch.now,
        updated_at=batch.now,
    )
    batch.insert_at(Workflow, batch.project.id, new.position, workflow)
    return {"workflow_id": workflow.id, "title": workflow.title}


def update_workflow(batch: Batch, action: ask.UpdateWorkflow) -> Result:
    """Change a workflow."""
    workflow = batch.workflow(action.target_ref.workflow_id)
    values = changes_given(action.payload, "workflow")
    title = said(values.get("title", workflow.title), "workflow's title")
    batch.changes.update(workflow, **values, updated_at=batch.now)
    return {"workflow_id": workflow.id, "title": title}


def reorder_workflow(batch: Batch, action: ask.ReorderWorkflow) -> Result:
    """Move a workflow among its siblings."""
    workflow = batch.workflow(action.target_ref.workflow_id)
    batch.reposition(workflow, batch.project.id, action.payload.position)
    return {"workflow_id": workflow.id, "title": workflow.title}


def delete_workflow(batch: Batch, action: ask.DeleteWorkflow) -> Result:
    """Delete a workflow and all below it."""
    workflow = batch.workflow(action.target_ref.workflow_id)
    gone = batch.delete_from(workflow, batch.project.id)
    told = {"workflow_id": workflow.id, "title": workflow.title}
    batch.tell("workflow.deleted", told, gone)
    return told


def create_activity(batch: Batch, action: ask.CreateActivity) -> Result:
    """Make an activity."""
    workflow_id = batch.workflow(action.target_ref.workflow_id).id
    new = action.payload
    activity = WorkflowActivity(
        id=new.id or batch.new_id(),
        workflow_id=workflow_id,
        title=said(new.title, "activity's title"),
        description=new.description,
        color=new.color,
        position=0,
        created_at=batch.now,
        updated_at=batch.now,
    )
    batch.insert_at(WorkflowActivity, workflow_id, new.position, activity)
    return {"workflow_activity_id": activity.id, "title": activity.title}


def update_activity(batch: Batch, action: ask.UpdateActivity) -> Result:
    """Change an activity."""
    activity = batch.activity(action.target_ref.workflow_activity_id)
    values = changes_given(action.payload, "activity")
    title = said(values.get("title", activity.title), "activity's title")
    batch.changes.update(activity, **values, updated_at=batch.now)
    return {"workflow_activity_id": activity.id, "title": title}


def reorder_activity(batch: Batch, action: ask.ReorderActivity) -> Result:
    """Move an activity within its workflow."""
    activity = batch.activity(action.target_ref.workflow_activity_id)
    batch.reposition(activity, activity.workflow_id, action.payload.position)
    return {"workflow_activity_id": activity.id, "title": activity.title}


def move_activity(batch: Batch, action: ask.MoveActivity) -> Result:
    """Move an activity to another workflow, or to a place in its own."""
    activity = batch.activity(action.target_ref.workflow_activity_id)
    workflow_id = batch.workflow(action.payload.workflow_id).id
    batch.move(activity, workflow_id, action.payload.position)
    return {"workflow_activity_id": activity.id, "title": activity.title}


def delete_activity(batch: Batch, action: ask.DeleteActivity) -> Result:
    """Delete an activity and all below it."""
    activity = batch.activity(action.target_ref.workflow_activity_id)
    gone = batch.delete_from(activity, activity.workflow_id)
    told = {"workflow_activity_id": activity.id, "title": activity.title}
    batch.tell("activity.deleted", told, gone)
    return told

"""How the actions on the map itself are applied: project, workflows, activities, cards.

Each function takes the batch and a request, writes through ``batch.changes``, and returns
what the caller is told: the ids, number and title of what it acted on. Raises ``Refused``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from planner import requests as ask
from planner.batch import Batch, changes_given, said
from planner.errors import Refused
from store.records import Card, EventLog, Project, Record, Workflow, WorkflowActivity

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
    return {"project_id": project.id, "title": values.get("name", project.name)}


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
    _tell(batch, "workflow.deleted", {"workflow_id": workflow.id, "title": workflow.title}, gone)
    return {"workflow_id": workflow.id, "title": workflow.title}


def create_activity(batch: Batch, action: ask.CreateActivity) -> Result:
    """Make an activity."""
    workflow_id = batch.workflow(action.target_ref.workflow_id).id
    new = action.payload
    activity = WorkflowActivity(
        id=new.id or batch.new_id(),
        workflow_id=workflow_id,
        title=said(new.title, "activity's title"),
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


def delete_activity(batch: Batch, action: ask.DeleteActivity) -> Result:
    """Delete an activity and all below it."""
    activity = batch.activity(action.target_ref.workflow_activity_id)
    gone = batch.delete_from(activity, activity.workflow_id)
    told = {"workflow_activity_id": activity.id, "title": activity.title}
    _tell(batch, "activity.deleted", told, gone)
    return told


def create_card(batch: Batch, action: ask.CreateCard) -> Result:
    """Make a card, with the project's next number."""
    activity_id, new = action.target_ref.workflow_activity_id, action.payload
    batch.has_activity(activity_id)
    created_at = new.created_at or batch.now
    for moment in (new.created_at, new.updated_at):
        _check_moment(moment)
    card = Card(
        id=new.id or batch.new_id(),
        workflow_activity_id=activity_id,
        title=said(new.title, "card's title"),
        description=new.description,
        status=new.status,
        priority=new.priority,
        quick_answer=new.quick_answer,
        created_at=created_at,
        updated_at=new.updated_at or created_at,
        number=batch.card_sequence + 1,
    )
    batch.insert_at(Card, activity_id, new.position, card)
    batch.card_sequence += 1
    return _card_result(card)


def update_card(batch: Batch, action: ask.UpdateCard) -> Result:
    """Change a card."""
    card = batch.card(action.target_ref.card_id)
    values = changes_given(action.payload, "card")
    title = said(values.get("title", card.title), "card's title")
    for name in ("created_at", "updated_at"):
        _check_moment(values.get(name))
    batch.changes.update(card, **{"updated_at": batch.now, **values})
    return {**_card_result(card), "title": title}


def reorder_card(batch: Batch, action: ask.ReorderCard) -> Result:
    """Move a card within its activity."""
    card = batch.card(action.target_ref.card_id)
    batch.reposition(card, card.workflow_activity_id, action.payload.position)
    return _card_result(card)


def move_card(batch: Batch, action: ask.MoveCard) -> Result:
    """Move a card to another activity, or to a place in its own."""
    card = batch.card(action.target_ref.card_id)
    activity_id, position = action.payload.workflow_activity_id, action.payload.position
    batch.has_activity(activity_id)
    if activity_id == card.workflow_activity_id:
        last = batch.siblings(Card, activity_id) - 1
        batch.reposition(card, activity_id, last if position is None else position)
    else:
        batch.move_card(card, activity_id, position)
    return _card_result(card)


def delete_card(batch: Batch, action: ask.DeleteCard) -> Result:
    """Delete a card and all below it."""
    card = batch.card(action.target_ref.card_id)
    gone = batch.delete_from(card, card.workflow_activity_id)
    _tell(batch, "card.deleted", _card_result(card), gone)
    return _card_result(card)


def _card_result(card: Card) -> Result:
    return {"card_id": card.id, "number": card.number, "title": card.title}


def _check_moment(text: str | None) -> None:
    """Make sure that a timestamp's digits are a date and a time."""
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError as error:
        raise Refused(f"{text} is not a moment in time.") from error


def _tell(batch: Batch, event_type: str, told: Result, gone: list[Record]) -> None:
    """Keep the story of what went: the rows are gone, the log is not."""
    counts: dict[str, int] = {}
    for row in gone[1:]:
        counts[row.TABLE] = counts.get(row.TABLE, 0) + 1
    batch.db.insert(
        EventLog(
            id=batch.new_id(),
            project_id=batch.project.id,
            event_type=event_type,
            actor=batch.actor,
            payload={**told, "went_with_it": counts, "row": msgspec.to_builtins(gone[0])},
            created_at=batch.now,
        )
    )

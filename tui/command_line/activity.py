"""``planner-tui activity``: the columns of the map, below which cards stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.command_line.changing import (
    TAKEN_BACK,
    Change,
    Place,
    changing,
    need_something,
    place_options,
    text_option,
    values_given,
)
from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    json_option,
    listing_options,
)
from tui.command_line.where import Where, project_option, where_option

if TYPE_CHECKING:
    from store.adapter import DbAdapter
    from store.records import WorkflowActivity

COLORS = ("yellow", "blue", "purple", "green", "orange", "pink", "none")

_IN = click.option("--workflow", metavar="NAME", help="The workflow that it is in.")
_COLOR = click.option("--color", type=click.Choice(COLORS), help="What it is drawn in.")


@click.group(cls=Group)
def activity() -> None:
    """List, add and change the activities: the columns of a workflow.

    ACTIVITY is an activity's title, its id, or how one of them begins. Where several workflows have one
    called so, WORKFLOW/ACTIVITY or --workflow says which.

    \b
    Examples:
      planner-tui activity list --workflow "Sign in"
      planner-tui activity add "With a password" --workflow "Sign in" --color blue
    """


@activity.command(name="list")
@click.option("--workflow", metavar="NAME", help="Only those of this workflow.")
@project_option
@listing_options
@where_option
def list_(where: Where, workflow: str | None, listing: Listing) -> None:
    """List the activities in the order of the map.

    \b
    Example:
      planner-tui activity list --workflow "Sign in" --json
    """
    from planner.naming import find_workflow

    with where.plan(listing.as_json) as (db, project):
        inside = find_workflow(db, project.id, workflow).id if workflow is not None else None
        answer_rows(
            "activities",
            activity_rows(db, project.id, inside),
            listing,
            columns=("title", "workflow", "color", "cards"),
            empty="There is no activity yet: planner-tui activity add TITLE --workflow NAME",
        )


@activity.command()
@click.argument("name", metavar="ACTIVITY")
@_IN
@project_option
@json_option
@where_option
def show(where: Where, name: str, workflow: str | None, as_json: bool) -> None:
    """Show ACTIVITY with its cards.

    \b
    Example:
      planner-tui activity show "Sign in/With a password"
    """
    from store.records import Card

    with where.plan(as_json) as (db, project):
        found = find(db, project.id, name, workflow)
        held = db.list(Card, workflow_activity_id=found.id)
    cards = [
        {"number": each.number, "id": each.id, "title": each.title, "status": each.status}
        for each in held
    ]
    lines = [found.title, f"{found.color or 'no colour'}, id {found.id}"]
    lines += ["", found.description] if found.description else []
    lines += ["", "Cards"] if cards else []
    lines += [f"  #{each.number} {each.title} ({each.status})" for each in held]
    answer({"activity": found, "cards": cards}, "\n".join(lines), as_json=as_json)


@activity.command()
@click.argument("title")
@click.option("--workflow", metavar="NAME", help="The workflow; may be left out of only one.")
@_COLOR
@text_option("--description", words="What it is about; - reads it from standard input.")
@place_options("activity")
@changing
def add(
    change: Change,
    title: str,
    workflow: str | None,
    color: str | None,
    description: str | None,
    place: Place,
) -> None:
    """Make an activity called TITLE, the last one of its workflow unless a place is said.

    \b
    Examples:
      planner-tui activity add "With a password" --workflow "Sign in"
      planner-tui activity add "With a key" --after "With a password" --color blue
    """
    with change.plan() as (db, project):
        workflow_id, position = _place(db, project.id, workflow, place)
        payload = {"title": title, **values_given(description=description)}
        payload |= {"position": position, "color": None if color == "none" else color}
        action = {
            "action_type": "createActivity",
            "target_ref": {"workflow_id": workflow_id},
            "payload": payload,
        }
        change.apply(db, project, [action])


@activity.command()
@click.argument("name", metavar="ACTIVITY")
@_IN
@click.option("--title", metavar="TEXT", help="What it is called from now on.")
@_COLOR
@text_option("--description", words="What it is about; - reads standard input, '' is none.")
@changing
def edit(
    change: Change,
    name: str,
    workflow: str | None,
    title: str | None,
    color: str | None,
    description: str | None,
) -> None:
    """Change the title, the colour or the description of ACTIVITY.

    \b
    Example:
      planner-tui activity edit "With a password" --color green
    """
    values = values_given(description=description)
    if title is not None:
        values["title"] = title
    if color is not None:
        values["color"] = None if color == "none" else color
    need_something(values, "--title TEXT")
    with change.plan() as (db, project):
        target = {"workflow_activity_id": find(db, project.id, name, workflow).id}
        action = {"action_type": "updateActivity", "target_ref": target, "payload": values}
        change.apply(db, project, [action])


@activity.command()
@click.argument("name", metavar="ACTIVITY")
@click.option("--workflow", metavar="NAME", help="The workflow that it goes to.")
@place_options("activity")
@changing
def move(change: Change, name: str, workflow: str | None, place: Place) -> None:
    """Move ACTIVITY, with its cards, within its workflow or to another.

    \b
    Examples:
      planner-tui activity move "With a key" --first
      planner-tui activity move "With a key" --workflow Pay
    """
    if workflow is None and not place.is_given:
        raise click.UsageError("Say where it goes, such as --first or --workflow NAME.")
    with change.plan() as (db, project):
        found = find(db, project.id, name, None)
        workflow_id, position = _place(db, project.id, workflow, place, found)
        action = {
            "action_type": "moveActivity",
            "target_ref": {"workflow_activity_id": found.id},
            "payload": {"workflow_id": workflow_id, "position": position},
        }
        change.apply(db, project, [action], workflow_id=workflow_id)


@activity.command()
@click.argument("name", metavar="ACTIVITY")
@_IN
@changing
def delete(change: Change, name: str, workflow: str | None) -> None:
    """Delete ACTIVITY with its cards; planner-tui undo brings them back.

    \b
    Example:
      planner-tui activity delete "Sign in/With a key"
    """
    from store.records import Card

    with change.plan() as (db, project):
        found = find(db, project.id, name, workflow)
        cards = db.count(Card, workflow_activity_id=found.id)
        target = {"workflow_activity_id": found.id}
        action = {"action_type": "deleteActivity", "target_ref": target}
        words = f", with {cards:,} cards. {TAKEN_BACK}"
        change.apply(db, project, [action], words=words, went_with_it={"cards": cards})


def find(db: DbAdapter, project_id: str, name: str, workflow: str | None) -> WorkflowActivity:
    """Return the activity that is meant, in a workflow where one is named."""
    from planner.naming import find_activity, find_workflow

    inside = find_workflow(db, project_id, workflow).id if workflow is not None else None
    return find_activity(db, project_id, name, workflow_id=inside)


def activity_rows(
    db: DbAdapter, project_id: str, workflow_id: str | None = None
) -> list[dict[str, Any]]:
    """Return a project's activities, or a workflow's, each with how many cards it has."""
    from store.records import WorkflowActivity

    with db.view():
        columns = [
            row
            for row in db.board_columns(project_id)
            if row[3] is not None and workflow_id in (None, row[0])
        ]
        inside = sorted({row[0] for row in columns})
        records = db.list(WorkflowActivity, workflow_id=inside) if inside else []
    known = {each.id: each for each in records}
    return [
        {
            "id": activity_id,
            "title": title,
            "workflow": workflow,
            "workflow_id": in_id,
            "color": color,
            "description": known[activity_id].description,
            "position": known[activity_id].position,
            "cards": cards,
        }
        for in_id, workflow, _, activity_id, title, color, cards in columns
    ]


def _place(
    db: DbAdapter,
    project_id: str,
    workflow: str | None,
    place: Place,
    moved: WorkflowActivity | None = None,
) -> tuple[str, int | None]:
    """Return the workflow that an activity goes to, and its position there."""
    from planner.naming import find_workflow
    from store.records import Workflow

    into = find_workflow(db, project_id, workflow).id if workflow is not None else None
    beside = find(db, project_id, place.beside, workflow) if place.beside is not None else None
    if beside is not None and moved is not None and beside.id == moved.id:
        raise click.UsageError("An activity can't go beside itself.")
    if into is None and beside is not None:
        into = beside.workflow_id
    if into is None and moved is not None:
        into = moved.workflow_id
    if into is None:
        workflows = db.list(Workflow, project_id=project_id)
        if len(workflows) != 1:
            raise click.UsageError("Say which workflow with --workflow NAME.")
        into = workflows[0].id
    rows = activity_rows(db, project_id, into)
    others = [row["id"] for row in rows if moved is None or row["id"] != moved.id]
    return into, place.among(others, beside.id if beside is not None else None)

"""``planner-tui workflow``: the lanes of the map."""

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


@click.group(cls=Group)
def workflow() -> None:
    """List, add and change the workflows: the lanes of the map.

    WORKFLOW is a workflow's title, its id, or how one of them begins.

    \b
    Examples:
      planner-tui workflow list
      planner-tui workflow add "Sign in"
    """


@workflow.command(name="list")
@project_option
@listing_options
@where_option
def list_(where: Where, listing: Listing) -> None:
    """List the workflows in the order of the map.

    \b
    Example:
      planner-tui workflow list --fields title,cards
    """
    with where.plan(listing.as_json) as (db, project):
        answer_rows(
            "workflows",
            workflow_rows(db, project.id),
            listing,
            columns=("title", "activities", "cards"),
            empty="There is no workflow yet: planner-tui workflow add TITLE",
        )


@workflow.command()
@click.argument("name", metavar="WORKFLOW")
@project_option
@json_option
@where_option
def show(where: Where, name: str, as_json: bool) -> None:
    """Show WORKFLOW with its activities.

    \b
    Example:
      planner-tui workflow show "Sign in"
    """
    from planner.naming import find_workflow
    from tui.command_line.activity import activity_rows

    with where.plan(as_json) as (db, project):
        found = find_workflow(db, project.id, name)
        activities = activity_rows(db, project.id, found.id)
    lines = [found.title, f"id {found.id}"]
    lines += ["", found.description] if found.description else []
    lines += ["", "Activities"] if activities else []
    lines += [f"  {row['title']}: {row['cards']:,} cards" for row in activities]
    answer({"workflow": found, "activities": activities}, "\n".join(lines), as_json=as_json)


@workflow.command()
@click.argument("title")
@text_option("--description", words="What it is for; - reads it from standard input.")
@place_options("workflow")
@changing
def add(change: Change, title: str, description: str | None, place: Place) -> None:
    """Make a workflow called TITLE, the last one unless a place is said.

    \b
    Examples:
      planner-tui workflow add "Sign in" --first
      planner-tui workflow add Pay --after "Sign in"
    """
    with change.plan() as (db, project):
        payload = {"title": title, **values_given(description=description)}
        payload["position"] = _position(db, project.id, place)
        action = {"action_type": "createWorkflow", "payload": payload}
        change.apply(db, project, [action])


@workflow.command()
@click.argument("name", metavar="WORKFLOW")
@click.option("--title", metavar="TEXT", help="What it is called from now on.")
@text_option("--description", words="What it is for; - reads standard input, '' is none.")
@changing
def edit(change: Change, name: str, title: str | None, description: str | None) -> None:
    """Change the title or the description of WORKFLOW.

    \b
    Example:
      planner-tui workflow edit "Sign in" --title "Sign in and out"
    """
    from planner.naming import find_workflow

    values = values_given(description=description)
    if title is not None:
        values["title"] = title
    need_something(values, "--title TEXT")
    with change.plan() as (db, project):
        target = {"workflow_id": find_workflow(db, project.id, name).id}
        action = {"action_type": "updateWorkflow", "target_ref": target, "payload": values}
        change.apply(db, project, [action])


@workflow.command()
@click.argument("name", metavar="WORKFLOW")
@place_options("workflow")
@changing
def move(change: Change, name: str, place: Place) -> None:
    """Move WORKFLOW among the others.

    \b
    Examples:
      planner-tui workflow move Pay --first
      planner-tui workflow move Pay --before "Sign in"
    """
    from planner.naming import find_workflow

    if not place.is_given:
        raise click.UsageError("Say where it goes, such as --first or --before NAME.")
    with change.plan() as (db, project):
        found = find_workflow(db, project.id, name)
        position = _position(db, project.id, place, found.id)
        if position is None:
            position = max(0, len(workflow_rows(db, project.id)) - 1)
        action = {
            "action_type": "reorderWorkflow",
            "target_ref": {"workflow_id": found.id},
            "payload": {"position": position},
        }
        change.apply(db, project, [action])


@workflow.command()
@click.argument("name", metavar="WORKFLOW")
@changing
def delete(change: Change, name: str) -> None:
    """Delete WORKFLOW with its activities and cards; planner-tui undo brings them back.

    \b
    Example:
      planner-tui workflow delete Pay --dry-run
    """
    from planner.naming import find_workflow

    with change.plan() as (db, project):
        found = find_workflow(db, project.id, name)
        row = next(each for each in workflow_rows(db, project.id) if each["id"] == found.id)
        gone = {"activities": row["activities"], "cards": row["cards"]}
        action = {"action_type": "deleteWorkflow", "target_ref": {"workflow_id": found.id}}
        words = (
            f", with {gone['activities']:,} activities and {gone['cards']:,} cards. {TAKEN_BACK}"
        )
        change.apply(db, project, [action], words=words, went_with_it=gone)


def workflow_rows(db: DbAdapter, project_id: str) -> list[dict[str, Any]]:
    """Return a project's workflows, each with how much it holds."""
    from store.records import Workflow

    with db.view():
        columns = db.board_columns(project_id)
        workflows = db.list(Workflow, project_id=project_id)
    held: dict[str, list[int]] = {}
    for workflow_id, _, _, activity_id, _, _, cards in columns:
        counts = held.setdefault(workflow_id, [0, 0])
        counts[0] += activity_id is not None
        counts[1] += cards or 0
    return [
        {
            "id": each.id,
            "title": each.title,
            "description": each.description,
            "position": each.position,
            "build_state": each.build_state,
            "activities": held.get(each.id, [0, 0])[0],
            "cards": held.get(each.id, [0, 0])[1],
        }
        for each in workflows
    ]


def _position(db: DbAdapter, project_id: str, place: Place, moved: str | None = None) -> int | None:
    """Return the position that is meant, among the other workflows."""
    from planner.naming import find_workflow

    beside = find_workflow(db, project_id, place.beside).id if place.beside is not None else None
    others = [row["id"] for row in workflow_rows(db, project_id) if row["id"] != moved]
    if beside is not None and beside == moved:
        raise click.UsageError("A workflow can't go beside itself.")
    return place.among(others, beside)

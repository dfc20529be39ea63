"""``planner-tui project``: the projects of a database."""

from __future__ import annotations

import click

from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    json_option,
    listing_options,
    told,
)
from tui.command_line.where import Where, user, where_option


@click.group(cls=Group)
def project() -> None:
    """Make a project, or list those there are.

    \b
    Examples:
      planner-tui project new Lantern
      planner-tui project list
    """


@project.command()
@click.argument("name")
@click.option("--description", metavar="TEXT", help="What the product is.")
@json_option
@where_option
def new(where: Where, name: str, description: str | None, as_json: bool) -> None:
    """Make an empty project called NAME.

    \b
    Example:
      planner-tui --db plan.db project new Lantern
    """
    from planner.projects import create_project

    db = where.open(as_json)
    with told(as_json), db.connection():
        made = create_project(db, name, description=description, actor=user())
    answer({"project_id": made.id, "name": made.name}, f"Made project {name}.", as_json=as_json)


@project.command(name="list")
@listing_options
@where_option
def list_(where: Where, listing: Listing) -> None:
    """List the projects, each with what it holds.

    \b
    Examples:
      planner-tui --db plan.db project list
      planner-tui project list --fields name,cards --json
    """
    from planner.projects import read_projects

    db = where.open(listing.as_json)
    with told(listing.as_json), db.connection():
        faces = read_projects(db)
    answer_rows(
        "projects",
        faces,
        listing,
        columns=("name", "workflows", "activities", "cards", "ready", "finalized"),
        empty="There is no project yet: planner-tui project add NAME",
    )

"""``planner-tui project``: the projects of a database."""

from __future__ import annotations

import sys
from typing import Any

import click

from tui.command_line.changing import (
    Change,
    changing,
    need_something,
    text_option,
    values_given,
)
from tui.command_line.output import (
    Group,
    Listing,
    answer,
    answer_rows,
    fail,
    json_option,
    listing_options,
    say,
    told,
)
from tui.command_line.where import Where, find_project, user, where_option


class _Projects(Group):
    """The commands on projects; ``new`` is ``add``."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        return super().get_command(ctx, "add" if cmd_name == "new" else cmd_name)


@click.group(cls=_Projects)
def project() -> None:
    """List, add and change the projects of a plan.

    PROJECT is a project's name, its id, or how one of them begins. Other commands take it as --project.

    \b
    Examples:
      planner-tui project add Atlas
      planner-tui project list
    """


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


@project.command()
@click.argument("name", metavar="[PROJECT]", required=False)
@json_option
@where_option
def show(where: Where, name: str | None, as_json: bool) -> None:
    """Show PROJECT: what it is, what it holds, and where it is built.

    \b
    Example:
      planner-tui project show Lantern --json
    """
    from planner.projects import read_projects

    db = where.open(as_json)
    with told(as_json), db.connection():
        found = find_project(db, name or where.project, as_json)
        face = next(each for each in read_projects(db) if each.id == found.id)
    lines = [
        found.name,
        f"{face.workflows:,} workflows, {face.activities:,} activities, {face.cards:,} cards: "
        f"{face.finalized:,} finalized, {face.ready:,} ready to be, "
        f"{face.open_questions:,} questions open",
    ]
    if found.repo_url:
        lines.append(f"built in {found.repo_url}, on {found.default_branch}")
    lines += ["", found.description] if found.description else []
    answer({"project": found, "holds": face}, "\n".join(lines), as_json=as_json)


@project.command()
@click.argument("name")
@text_option("--description", words="What the product is; - reads standard input.")
@click.option("--actor", metavar="NAME", help="Whose name it bears. Default: yours.")
@json_option
@where_option
def add(where: Where, name: str, description: str | None, actor: str | None, as_json: bool) -> None:
    """Make an empty project called NAME.

    \b
    Example:
      planner-tui --db plan.db project add Atlas
    """
    from planner.projects import create_project

    db = where.open(as_json)
    with told(as_json), db.connection():
        texts: dict[str, Any] = values_given(description=description)
        made = create_project(db, name, actor=actor or user(), **texts)
    answer({"project_id": made.id, "name": made.name}, f"Made project {name}.", as_json=as_json)


@project.command()
@click.option("--name", metavar="NAME", help="What it is called from now on.")
@text_option("--description", words="What the product is; - reads standard input, '' is none.")
@changing
def edit(change: Change, name: str | None, description: str | None) -> None:
    """Change the name or the description of the project that --project names.

    \b
    Example:
      planner-tui project edit --project Lantern --name "Lantern, a reading list"
    """
    values = values_given(description=description)
    if name is not None:
        values["name"] = name
    need_something(values, "--name NAME")
    with change.plan() as (db, found):
        change.apply(db, found, [{"action_type": "updateProject", "payload": values}])


@project.command()
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Don't ask; NAME must be the whole name.")
@click.option("--actor", metavar="NAME", help="Whose name it bears. Default: yours.")
@json_option
@where_option
def delete(where: Where, name: str, yes: bool, actor: str | None, as_json: bool) -> None:
    """Delete the project called NAME with its whole plan. There is no undo.

    Its name is to be typed once more, unless --yes is said.

    \b
    Example:
      planner-tui project delete Lantern --yes
    """
    from planner.errors import Refused
    from planner.projects import delete_project, read_projects

    db = where.open(as_json)
    with told(as_json), db.connection():
        found = find_project(db, name, as_json)
        if found.name != name:
            raise Refused(
                f"The project's whole name is {found.name!r}; type it to have it deleted."
            )
        face = next(each for each in read_projects(db) if each.id == found.id)
        holds = (
            f"{face.workflows:,} workflows, {face.activities:,} activities and {face.cards:,} cards"
        )
        if not yes:
            _typed_again(found.name, holds, as_json)
        delete_project(db, found.id, actor or user())
    data = {"project_id": found.id, "name": found.name, "went_with_it": face}
    answer(data, f"Deleted project {found.name} with {holds}.", as_json=as_json)


def _typed_again(name: str, holds: str, as_json: bool) -> None:
    """Have a name typed again before what it names is deleted for good."""
    if as_json or not sys.stdin.isatty():
        fail("This asks first, and there is nobody to ask: add --yes.", "unconfirmed", {}, as_json)
    say(f"Project {name} and its {holds} are deleted for good.", err=True)
    if click.prompt("Its name", err=True, default="", show_default=False) != name:
        fail("That is not its name; nothing was deleted.", "unconfirmed", {}, as_json)

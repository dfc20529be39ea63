"""``planner-tui repository``: which git repository a project's runs work on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import answer, json_option
from tui.command_line.where import Where, project_option, user, where_option

if TYPE_CHECKING:
    from store.records import Project


@click.command()
@click.argument("address", required=False, metavar="[PATH-OR-URL]")
@click.option("--branch", metavar="NAME", help="The branch that runs begin from and merge into.")
@click.option("--none", "disconnect", is_flag=True, help="Let go of the repository.")
@project_option
@json_option
@where_option
def repository(
    where: Where, address: str | None, branch: str | None, disconnect: bool, as_json: bool
) -> None:
    """Connect the project to its git repository, or say which it is.

    A path is worked with where it is, without touching what is checked out there. A URL is copied
    when the first run starts. Without --branch it is the branch checked out at the path.

    \b
    Examples:
      planner-tui repository .
      planner-tui repository git@example.com:team/lantern.git --branch main
    """
    if disconnect and address:
        raise click.UsageError("Either PATH-OR-URL or --none.")
    from planner.actions import Planner

    with where.plan(as_json) as (db, project):
        changes: dict[str, Any] = {"repo_url": None} if disconnect else {}
        if address is not None:
            changes = _connected(where, address, branch or project.default_branch, branch is None)
        elif branch is not None:
            changes["default_branch"] = branch
            if project.repo_url and not disconnect:
                _checked(where, project.repo_url, branch)
        if changes:
            action = {"action_type": "updateProject", "payload": changes}
            Planner(db, actor=user()).apply(project.id, [action])
            project = _again(db, project)
    data = {
        "project_id": project.id,
        "repo_url": project.repo_url,
        "default_branch": project.default_branch,
    }
    words = "The project has no repository. Connect one: planner-tui repository PATH-OR-URL"
    if project.repo_url:
        words = f"{project.name} is built in {project.repo_url}, on {project.default_branch}."
    answer(data, words, as_json=as_json)


def _connected(where: Where, address: str, branch: str, may_choose: bool) -> dict[str, Any]:
    """Return what to keep of an address; a path is looked at, a URL only once a run starts."""
    from planner.errors import Refused
    from planner.runs.git import git
    from planner.runs.repository import absolute_repo_url, commit_of, is_url, open_repository

    kept = absolute_repo_url(address, Path.cwd())
    if not kept:
        raise Refused("The repository's path is blank. Name a folder or a URL.")
    if not is_url(kept):
        found = open_repository(kept, where.supervisors().folders)
        if may_choose:
            head = git(
                found, "symbolic-ref", "--quiet", "--short", "HEAD", check=False
            ).text.strip()
            branch = head or branch
        commit_of(found, branch)
    return {"repo_url": kept, "default_branch": branch}


def _checked(where: Where, address: str, branch: str) -> None:
    """Make sure that a repository on this machine has a branch. Raises ``Refused``."""
    from planner.runs.repository import commit_of, is_url, open_repository

    if not is_url(address):
        commit_of(open_repository(address, where.supervisors().folders), branch)


def _again(db: Any, project: Project) -> Project:
    from store.records import Project

    return db.get(Project, project.id) or project

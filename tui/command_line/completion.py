"""``planner-tui completion``: scripts that let a shell complete commands, options and names of the plan.

The scripts are click's own; they call the program to be told what may come next. What a plan
holds is among that where the plan's file is there and needs no migration: completing makes and
changes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from tui.command_line.changing import TextType
from tui.command_line.output import answer, json_option
from tui.command_line.where import Where

PROGRAM = "planner-tui"
VARIABLE = "_PLANNER_TUI_COMPLETE"
"""The environment variable that a shell asks by."""

MOST = 300
"""Names that are offered at most."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
def completion(shell: str, as_json: bool) -> None:
    """Print the script that has SHELL complete commands, options, card numbers and names.

    For zsh, ~/.zfunc must be in fpath before compinit runs. A new shell then completes.

    \b
    Examples:
      planner-tui completion bash > ~/.local/share/bash-completion/completions/planner-tui
      planner-tui completion zsh > ~/.zfunc/_planner-tui
      planner-tui completion fish > ~/.config/fish/completions/planner-tui.fish
    """
    from tui.cli import main

    found: type[ShellComplete] = SHELLS[shell]
    # Not its own source(): that runs bash to ask how old it is, wherever the script is for.
    made = found(main, {}, PROGRAM, VARIABLE)
    script = made.source_template % made.source_vars()
    answer({"shell": shell, "script": script}, "", as_json=as_json)
    if not as_json:
        click.echo(script)


def prepare() -> None:
    """Have shells offered what the plan holds."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


class Named(TextType):
    """What a name may stand for; it is the type of a parameter while a shell completes."""

    name = "text"

    def __init__(self, kind: str, where: Where) -> None:
        """Offer things of one kind of a plan."""
        self._kind = kind
        self._where = where

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return what begins as what was typed so far."""
        try:
            found = _names(self._where, self._kind)
        except (Exception, SystemExit):  # whatever is wrong, a shell's line is no place to say so
            return []
        hashed, typed = incomplete.startswith("#"), incomplete.removeprefix("#").casefold()
        offered = [
            CompletionItem(f"#{value}" if hashed else value, help=told)
            for value, told in found
            if value.casefold().startswith(typed) and value.isprintable()
        ]
        return offered[:MOST]


class _Plan(ShellComplete):
    """Offers what a plan holds where a card, workflow, activity or project is to be named."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return what may come next."""
        db = _said(args, "--db")
        # What the shell hasn't read yet stands as it was typed.
        path = str(Path(os.path.expandvars(db)).expanduser()) if db is not None else None
        where = Where(path, _said(args, "--project"))
        for command in _called(self.cli, args):
            for param in command.params:
                kind = _kind(param)
                if kind is not None:
                    param.type = Named(kind, where)
        return super().get_completions(args, incomplete)


class _Bash(_Plan, BashComplete):
    """As bash reads it: what isn't a word by itself is quoted."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion as the script reads it, which takes one backslash of two away."""
        item.value = re.sub(r"([^\w@%+=:,./-])", r"\\\\\1", str(item.value))
        return super().format_completion(item)


class _Zsh(_Plan, ZshComplete):
    """As zsh reads it."""


class _Fish(_Plan, FishComplete):
    """As fish reads it."""


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}
"""What completes in each shell."""

_BY_OPTION = {"--project": "project", "--workflow": "workflow", "--activity": "activity"}
_BY_METAVAR = {
    "CARD": "card",
    "WORKFLOW": "workflow",
    "ACTIVITY": "activity",
    "PROJECT": "project",
    "ARTIFACT": "artifact",
}


def _kind(param: click.Parameter) -> str | None:
    """Return what a parameter names, where that is something in the plan."""
    if isinstance(param, click.Option):
        found = [_BY_OPTION[name] for name in param.opts if name in _BY_OPTION]
        return "card" if "--card" in param.opts else next(iter(found), None)
    word = re.search(r"[A-Z]+", param.metavar or "") if isinstance(param, click.Argument) else None
    return _BY_METAVAR.get(word[0]) if word else None


def _called(command: click.Command, args: Sequence[str]) -> Iterator[click.Command]:
    """Yield the commands that some arguments call, from the program on."""
    yield command
    for arg in args:
        if isinstance(command, click.Group):
            found = command.get_command(click.Context(command), arg)
            if found is not None:
                command = found
                yield command


def _said(args: Sequence[str], option: str) -> str | None:
    """Return what an option was given."""
    for place, arg in enumerate(args):
        if arg.startswith(f"{option}="):
            return arg.partition("=")[2]
        if arg == option and place + 1 < len(args):
            return args[place + 1]
    return None


def _names(where: Where, kind: str) -> list[tuple[str, str]]:
    """Return the names of a kind in the plan, each with what it is; none where it isn't ready."""
    from planner.naming import find_project
    from store.migrate import discover, status
    from store.open import local_path, open_store, raw_connection
    from store.records import Card, ContextArtifact, Project, Workflow, WorkflowActivity

    path = local_path(where.target())
    if not path.exists():
        return []
    with raw_connection(path) as connection:
        if any(row.applied_at is None for row in status(connection, discover())):
            return []
    db = open_store(str(path))
    with db.connection():
        projects = db.list(Project)
        if kind == "project":
            return [(each.name, "") for each in projects]
        if where.project is not None:
            projects = [find_project(db, where.project)]
        if len(projects) != 1:
            return []
        project_id = projects[0].id
        if kind == "artifact":
            return [(each.name, "") for each in db.list(ContextArtifact, project_id=project_id)]
        workflows = db.list(Workflow, project_id=project_id)
        if kind == "workflow":
            return [(each.title, "") for each in workflows]
        ids = [each.id for each in workflows]
        activities = db.list(WorkflowActivity, workflow_id=ids) if ids else []
        if kind == "activity":
            return [(each.title, "") for each in activities]
        below = [each.id for each in activities]
        cards = db.list(Card, workflow_activity_id=below) if below else []
        numbered = sorted((each.number or 0, each.title) for each in cards)
        return [(str(number), _one_line(title)) for number, title in numbered if number]


def _one_line(title: str) -> str:
    from planner.describe import clipped
    from tui.safe_text import visible

    return visible(clipped(title))

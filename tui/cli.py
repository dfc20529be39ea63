"""The command line: ``planner-tui`` opens the board, its commands work without one.

The commands are in ``tui/command_line``, each imported when it is asked for, so that ``--help`` and
the commands start at once.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click

from tui.command_line.output import Group, misunderstood
from tui.command_line.where import Where


class Later(NamedTuple):
    """A command that is not imported yet: where it is, and what the list of commands says of it."""

    module: str
    attribute: str
    words: str


COMMANDS = {
    "activity": Later("activity", "activity", "The activities: list, add, edit, move, delete."),
    "agents": Later(
        "agents", "agents", "Say which coding agents there are, and whether they work."
    ),
    "apply": Later("plan", "apply", "Apply planning actions from a file: all of them or none."),
    "approve": Later("approvals", "approve", "Approve what a run asks for."),
    "artifact": Later("artifact", "artifact", "Context artifacts, and which cards use them."),
    "assumption": Later("knowledge", "assumption", "A card's assumptions: add, approve, reject."),
    "board": Later("map", "board", "Print the map as text, as wide as the terminal."),
    "backup": Later("copies", "backup_command", "Copy the database, while others write."),
    "card": Later("card", "card", "The cards: list, show, add, edit, move, finalize, delete."),
    "completion": Later(
        "completion",
        "completion",
        "Print what makes bash, zsh or fish complete commands and names.",
    ),
    "config": Later("config", "config", "Say where the config is, check it, write one."),
    "demo": Later("board", "demo", "Open the board on the sample plan."),
    "doctor": Later("doctor", "doctor", "Look for what is wrong, and mend what can be mended."),
    "export": Later("exports", "export_group", "Write a project down in another form."),
    "fact": Later("knowledge", "fact", "A card's known facts: add, approve, reject."),
    "file": Later("planned_file", "file_group", "A card's planned files: add, edit, approve."),
    "find": Later("finding", "find", "Find words in every text of every plan."),
    "guide": Later("guide", "guide", "Print what an agent needs to work with the plan."),
    "import": Later("imports", "import_group", "Bring in a plan made elsewhere."),
    "log": Later("history", "log", "List who changed what; --events is the event log."),
    "migrate": Later("plan", "migrate", "Bring the database's tables up to date."),
    "policy": Later(
        "policy", "policy", "Say what runs are held to: checks, paths, limits, approval."
    ),
    "project": Later("project", "project", "The projects: list, show, add, edit, delete."),
    "question": Later("knowledge", "question", "A card's questions: add, answer, approve."),
    "redo": Later("history", "redo", "Bring back what the latest undo took."),
    "reject": Later(
        "approvals", "reject", "Send a run back to its agent with a note, or close it."
    ),
    "repository": Later("repository", "repository", "Connect the project to its git repository."),
    "requirement": Later(
        "knowledge", "requirement", "A card's requirements: add, approve, reject."
    ),
    "restore": Later("copies", "restore_command", "Make the database what a copy of it holds."),
    "run": Later("runs", "run_group", "Build cards with an agent, and see how that goes."),
    "undo": Later("history", "undo", "Take back the latest change, or all since one."),
    "workflow": Later("workflow", "workflow", "The workflows: list, add, edit, move, delete."),
}
"""Every command by its name."""

SECTIONS = {
    "The plan": ("project", "workflow", "activity", "card", "board", "find", "apply"),
    "What a card holds": ("requirement", "fact", "assumption", "question", "file", "artifact"),
    "Changes": ("log", "undo", "redo"),
    "Building": ("repository", "policy", "agents", "run", "approve", "reject"),
    "In and out": ("import", "export", "backup", "restore"),
    "Around the plan": ("config", "demo", "migrate", "doctor", "guide", "completion"),
}
"""What each command is listed below; one that is nowhere here comes last."""

AS_JSON = "planner-tui.json"
"""Where the context remembers whether JSON was asked for."""


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Say whether ``--json`` is among the arguments, before a ``--`` after which nothing is one."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


class Commands(Group):
    """The commands of ``COMMANDS``; listing them imports none."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command, or tell a shell what may come next."""
        if "_PLANNER_TUI_COMPLETE" in os.environ:
            from tui.command_line.completion import PROGRAM, VARIABLE, prepare

            prepare()
            extra |= {"prog_name": PROGRAM, "complete_var": VARIABLE}
        return super().main(*args, **extra)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read what stands before the command's name, remembering whether JSON is wanted."""
        as_json = asks_for_json(args)
        with misunderstood(as_json):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[AS_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it does not understand is told as JSON, too, where that is wanted."""
        with misunderstood(bool(ctx.meta.get(AS_JSON))):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every command."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None where there is none."""
        later = COMMANDS.get(cmd_name)
        if later is None:
            return None
        module = import_module(f"tui.command_line.{later.module}")
        command: click.Command = getattr(module, later.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what they are about, each with what it does."""
        placed = {name for names in SECTIONS.values() for name in names}
        others = tuple(name for name in sorted(COMMANDS) if name not in placed)
        width = max(map(len, COMMANDS))
        for heading, names in (*SECTIONS.items(), ("Others", others)):
            rows = [
                (f"{name:<{width}}", COMMANDS[name].words) for name in names if name in COMMANDS
            ]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--db", metavar="PATH", help="The plan's file. Default: $PLANNER_DB, else your own.")
@click.option("--project", metavar="NAME", help="The project to open, by name or id.")
@click.option("--ascii", "ascii_", is_flag=True, help="Draw with ASCII characters alone.")
@click.version_option(package_name="planner-tui", prog_name="planner-tui")
@click.pass_context
def main(context: click.Context, db: str | None, project: str | None, ascii_: bool) -> None:
    """Plan software in the terminal: workflows, activities and cards on one board.

    Without a command it opens the board.

    \b
    Examples:
      planner-tui                          open your plan
      planner-tui --db plan.db             open the plan in a file
      planner-tui --db plan.db apply -     apply planning actions from standard input
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a quotation mark is no reason to fail
    context.obj = Where(db, project, ascii_)
    if context.invoked_subcommand is None:
        from tui.command_line.board import open_board

        open_board(context.obj)


if __name__ == "__main__":
    main()

"""``planner-tui agents``: which coding agents there are, and whether they work here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from tui.command_line.output import (
    EXIT_REFUSED,
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
from tui.command_line.where import read_config

if TYPE_CHECKING:
    from planner.runs.agents import AgentProfile
    from tui.config import Config


@click.group(cls=Group, invoke_without_command=True)
@listing_options
@click.pass_context
def agents(context: click.Context, listing: Listing) -> None:
    """List the agents: the presets, and those of the config's tables [agents.NAME].

    \b
    Examples:
      planner-tui agents
      planner-tui agents check claude
    """
    if context.invoked_subcommand is not None:
        if listing.as_json:
            raise click.UsageError(f"Put --json after {context.invoked_subcommand}.")
        return
    from planner.runs.agent_checks import program_of

    config = read_config(listing.as_json)
    rows = [
        {
            "name": name,
            "program": profile.command[0],
            "found": program_of(profile, os.environ),
            "default": name == config.agent,
            "from": "config" if name in config.agents else "preset",
        }
        for name, profile in config.profiles().items()
    ]
    widest = max(len(str(row["name"])) for row in rows)
    lines = [
        f"{'*' if row['default'] else ' '} {row['name']:<{widest}}  "
        f"{row['found'] or str(row['program']) + ' is not on your PATH'}"
        for row in rows
    ]
    answer_rows("agents", rows, listing, columns=("name", "found"), lines=lines, empty="None.")
    if config.agent is None and not listing.as_json:
        say('None builds by itself: write agent = "NAME" below [board] in the config.')


@agents.command()
@click.argument("name", required=False)
@json_option
def show(name: str | None, as_json: bool) -> None:
    """Show how the agent NAME is run; without NAME, the one that builds.

    \b
    Example:
      planner-tui agents show codex
    """
    from planner.runs.agents import profile_to_json
    from planner.runs.policy_values import command_in_words

    profile = agent_profile(read_config(as_json), name, as_json)
    told_: list[tuple[str, Any]] = [
        ("name", profile.name),
        ("command", command_in_words(profile.command)),
        ("resume", command_in_words(profile.resume_command) or "not possible"),
        ("prompt", profile.prompt),
        ("environment", ", ".join(profile.environment) or "the usual names"),
        ("minutes", f"{profile.minutes:g}" if profile.minutes else "as the policy says"),
        ("setup", "\n".join(map(command_in_words, profile.setup))),
        ("copies", ", ".join(profile.copy_files)),
        ("note", profile.note),
        ("see", profile.source),
    ]
    lines = [f"{label + ':':<13}{words}" for label, words in told_ if words]
    answer(profile_to_json(profile), "\n".join(lines), as_json=as_json)


@agents.command()
@click.argument("name", required=False)
@json_option
def check(name: str | None, as_json: bool) -> None:
    """Look whether the agent NAME works here; without NAME, the one that builds.

    It is started once, to print its version. The exit status is 1 when it can't work.

    \b
    Example:
      planner-tui agents check claude
    """
    from planner.runs.agent_checks import check_agent, works

    profile = agent_profile(read_config(as_json), name, as_json)
    found = check_agent(profile, os.environ)
    fine = works(found)
    lines = [
        f"{'ok  ' if one.ok else 'no  ' if one.matters else 'note'} {one.words}" for one in found
    ]
    lines.append(f"{profile.name} {'works here' if fine else 'can not work here'}.")
    rows = [{"ok": one.ok, "matters": one.matters, "words": one.words} for one in found]
    data = {"name": profile.name, "works": fine, "lines": rows}
    answer(data, "\n".join(lines), as_json=as_json)
    if not fine:
        raise SystemExit(EXIT_REFUSED)


def agent_profile(config: Config, name: str | None, as_json: bool) -> AgentProfile:
    """Return the agent of that name, else the config's; a message and an exit without one."""
    with told(as_json):
        profile = config.profile(name)
    if profile is None:
        words = (
            'Say which agent, or choose one: agent = "NAME" below [board] in the config. '
            "planner-tui agents lists them."
        )
        fail(words, "refused", {}, as_json)
    return profile

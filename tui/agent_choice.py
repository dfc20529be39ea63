"""Which agent builds: the one chosen last, else the config's, else the only one there is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.runs.agent_checks import program_of
from planner.runs.agents import AgentProfile
from tui.text import wrap
from tui.widgets.pick_list import Pick

if TYPE_CHECKING:
    from tui.config import Config
    from tui.remembered import Remembered

_NOTE = 64
"""Cells of a line that says more about an agent."""


def chosen_agent(config: Config, remembered: Remembered) -> AgentProfile | None:
    """Return the agent that builds; None where it is not clear which one.

    One chosen on the board counts until the config names another.
    """
    profiles, named = config.profiles(), config.agent
    last = remembered.agent if remembered.agent_instead_of == named else None
    for name in (last, named):
        if name is not None and name in profiles:
            return profiles[name]
    return next(iter(config.agents.values())) if len(config.agents) == 1 else None


def agent_picks(
    config: Config, current: AgentProfile | None, environ: Mapping[str, str] | None = None
) -> list[Pick]:
    """Return every agent to choose from: the config's own, the presets that are here, the others.

    Args:
        config: The config.
        current: The one that builds at the moment.
        environ: Where their programs are looked for.
    """
    environ = os.environ if environ is None else environ
    found: list[tuple[int, Pick]] = []
    for name, profile in config.profiles().items():
        program = program_of(profile, environ)
        ours = name in config.agents
        runs = profile.command[0] if profile.command else "nothing"
        where = f"{program} is there" if program else f"{runs} is not on your PATH"
        pick = Pick(
            name,
            name,
            aside="in the config" if ours else "found" if program else "not found",
            notes=(f"{where}.", *wrap(profile.note, _NOTE, 2)),
            here=current is not None and name == current.name,
        )
        found.append((0 if ours else 1 if program else 2, pick))
    return [pick for _, pick in sorted(found, key=lambda one: one[0])]

"""The config: what a person has chosen about the board, in one TOML file of theirs.

It is read strictly. What it does not know is an error that names the line and the nearest
right word, and the board starts with all of it or not at all. Without a file nothing is
parsed, and nothing imported that parses.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from planner.runs.agents import AgentProfile


class Config(msgspec.Struct, frozen=True):
    """What was chosen, with a default for all that was not.

    Attributes:
        theme: The theme of a start at which none was chosen on the board yet.
        ascii: Whether to draw with ASCII alone; None leaves it to the locale.
        editor: The editor for long texts with its arguments; empty for the environment's.
        bell: Whether the terminal's bell tells of what could not be done.
        notify: What tells that a run needs a person: ``off``, ``bell`` or ``desktop``.
        daily_copies: How many days' copies of the database stay; 0 makes none.
        toasts: Whether messages may pop up over the board.
        tour: Whether the first start on the sample plan shows the tour.
        mouse: Whether the board takes the mouse.
        keys: Keys by the id of their binding, as ``App.set_keymap`` takes them.
        agent: The name of the agent that builds where no other is named.
        agents: The agent profiles that were written, by name; ``profiles`` has the presets too.
    """

    theme: str | None = None
    ascii: bool | None = None
    editor: tuple[str, ...] = ()
    bell: bool = True
    notify: str = "bell"
    daily_copies: int = 7
    toasts: bool = True
    tour: bool = True
    mouse: bool = True
    keys: dict[str, str] = {}
    agent: str | None = None
    agents: dict[str, Any] = {}

    def profiles(self) -> dict[str, AgentProfile]:
        """Return every agent profile by its name: the presets, and what was written."""
        from planner.runs.agent_presets import PRESETS

        return {**PRESETS, **self.agents}

    def profile(self, name: str | None = None) -> AgentProfile | None:
        """Return the agent profile of that name, else the chosen one; None when none is chosen.

        Raises:
            Refused: There is no agent of that name.
        """
        from planner.runs.agents import agent_named

        wanted = name or self.agent
        return agent_named(self.profiles(), wanted) if wanted else None


class ConfigError(Exception):
    """The config can't be used; each complaint names its line."""

    def __init__(self, complaints: Iterable[str]) -> None:
        """Complain.

        Args:
            complaints: Sentences that start with the file and the line.
        """
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


def read_config(path: Path | None) -> Config:
    """Return the config; one without any choices when there is no file.

    Raises:
        ConfigError: The file can't be read, is not TOML, or holds what it must not.
    """
    if path is None:
        return Config()
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except OSError as error:
        raise ConfigError([f"{path} can't be read: {error.strerror}."]) from None
    from tui.config_file import Reading

    return Reading(path, content).config()

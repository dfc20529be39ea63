"""Reading one config file: what it says, or all that is wrong with it, line by line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tui.config import Config, ConfigError
from tui.config_options import OPTIONS, NoSuch, Option, Wrong, nearest

Path_ = tuple[str, ...]
"""Where a value stands in the file, such as ``("board", "theme")``."""

TABLES = ("board", "agents", "keys")
"""The tables there are."""


class Reading:
    """One file while it is read: its text, and what is wrong with it so far."""

    def __init__(self, path: Path, content: bytes) -> None:
        """Begin to read.

        Args:
            path: Where the file is, to say so.
            content: What it holds.

        Raises:
            ConfigError: It is no text.
        """
        self._path = path
        try:
            self._text = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise ConfigError([f"{path} line {line}: this is not UTF-8 text."]) from None
        self._complaints: list[tuple[int, str]] = []

    def config(self) -> Config:
        """Return what the file says.

        Raises:
            ConfigError: It says something that can't be, or is not TOML.
        """
        document = self._parse()
        chosen: dict[str, Any] = {}
        for name, table in document.items():
            if name not in TABLES:
                word = f"table [{name}]" if isinstance(table, dict) else f"option {name} here"
                known = ". There are [board], [agents.NAME] and [keys]."
                near = nearest(name, TABLES, "[{}]") or known
                options = [option.name for option in OPTIONS]
                if not isinstance(table, dict) and get_close_matches(name, options, 1):
                    near = ". Options stand below a line [board]."
                self._complain((name,), f"there is no {word}{near}")
            elif not isinstance(table, dict):
                self._complain((name,), f"{name} is a table: write [{name}] on a line of its own.")
            elif name == "board":
                self._board(table, chosen)
            elif name == "agents":
                chosen["agents"] = self._agents(table)
            else:
                chosen["keys"] = self._keys(table)
        self._check_agent(chosen.get("agent"), document.get("agents"))
        if self._complaints:
            raise ConfigError(
                f"{self._path} line {line}: {words}" for line, words in sorted(self._complaints)
            )
        return Config(**chosen)

    def _parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line, words = _place_of(str(error), self._text)
            raise ConfigError([f"{self._path} line {line}: this is not TOML: {words}."]) from None

    def _board(self, table: dict[str, Any], chosen: dict[str, Any]) -> None:
        chosen |= self._options(("board",), table, OPTIONS)

    def _options(
        self, path: Path_, table: dict[str, Any], options: Iterable[Option]
    ) -> dict[str, Any]:
        """Return what the options of a table were read as, without those that are wrong."""
        known = {option.name: option for option in options}
        read: dict[str, Any] = {}
        for name, value in table.items():
            option = known.get(name)
            if option is None:
                near = nearest(name, known) or f". It has {', '.join(known)}."
                words = f"[{'.'.join(path)}] has no option {name}{near}"
                self._complain((*path, name), words)
                continue
            try:
                read[name] = option.read(value)
            except Wrong as wrong:
                words = f"{name} must be {wrong}, not {_shown(value)}."
                self._complain((*path, name), words)
            except NoSuch as unknown:
                self._complain((*path, name), str(unknown))
        return read

    def _agents(self, table: dict[str, Any]) -> dict[str, Any]:
        """Return the agent profiles that are written, without those that are wrong."""
        from tui.agent_options import AGENT_OPTIONS, agent_complaints, agent_profile

        profiles: dict[str, Any] = {}
        for name, written in table.items():
            path = ("agents", name)
            if not isinstance(written, dict):
                options = [option.name for option in AGENT_OPTIONS]
                hint = f"write [agents.{name}] on a line of its own."
                if name in options:
                    hint = "its options stand below a line [agents.NAME]."
                self._complain(path, f"agents.{name} is a table: {hint}")
                continue
            before = len(self._complaints)
            given = self._options(path, written, AGENT_OPTIONS)
            if len(self._complaints) > before:
                continue
            profile = agent_profile(name, given)
            if profile is None:
                words = f"[agents.{name}] needs a command, or a preset to begin from."
                self._complain(path, words)
                continue
            for option, words in agent_complaints(profile, given):
                self._complain((*path, option) if option else path, words)
            profiles[name] = profile
        return profiles

    def _check_agent(self, name: str | None, written: Any) -> None:
        """Make sure that the agent that builds is one there is."""
        if name is None:
            return
        from planner.runs.agent_presets import PRESETS

        known = [*PRESETS, *(written if isinstance(written, dict) else ())]
        if name not in known:
            near = nearest(name, known) or f". There are {', '.join(known)}."
            self._complain(("board", "agent"), f"there is no agent '{name}'{near}")

    def _keys(self, table: dict[str, Any]) -> dict[str, str]:
        """Return the keys that are given anew, once nothing is wrong with them."""
        if not table:
            return {}
        from tui.config_keys import check_keys

        given: dict[str, str] = {}
        places: dict[str, Path_] = {}
        for path, value in _leaves(table):
            binding_id = ".".join(path)
            places[binding_id] = ("keys", *path)
            if isinstance(value, str):
                given[binding_id] = value
            else:
                self._complain(
                    places[binding_id],
                    f'the keys of {binding_id} must be text, such as "n" or "n,ctrl+n", '
                    f"not {_shown(value)}.",
                )
        keys, complaints = check_keys(given)
        for binding_id, words in complaints:
            self._complain(places[binding_id], words)
        return keys

    def _complain(self, path: Path_, words: str) -> None:
        self._complaints.append((_line_of(self._text, path), words))


def _leaves(table: dict[str, Any], above: Path_ = ()) -> Iterable[tuple[Path_, Any]]:
    """Yield every value below a table: ``card.new = "n"`` without quotes makes tables too."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _line_of(text: str, path: Path_) -> int:
    """Return the line on which something of the file is written.

    It is the first after which a parser knows of it, so that quotes, dots and nested tables
    can't mislead; a value of many lines counts from where it begins.
    """
    lines = text.split("\n")
    known = 0
    for count in range(1, len(lines) + 1):
        try:
            found: Any = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            rest = range(known, count)
            return 1 + next((n for n in rest if not _is_bare(lines[n])), count - 1)
        known = count
    return len(lines)


def _is_bare(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _place_of(error: str, text: str) -> tuple[int, str]:
    """Return the line that a TOML error names, and the error without it."""
    words, _, place = error.partition(" (at ")
    if place.startswith("line "):
        line, _, column = place.removeprefix("line ").rstrip(")").partition(", column ")
        return int(line), f"{words[:1].lower()}{words[1:]}, at column {column}"
    end = len(text.rstrip("\n").split("\n"))
    return end, f"{words[:1].lower()}{words[1:]}, at the end of the file"


def _shown(value: Any) -> str:
    """Return a value in words: ``the text 'x'``, ``the number 3``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value!r}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "an empty list" if not value else "this list"
    return "a table" if isinstance(value, dict) else "a date"

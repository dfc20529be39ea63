"""What a table ``[agents.NAME]`` of the config takes, and the profile it makes.

The check, the example and the docs derive from ``AGENT_OPTIONS``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec

from planner.runs.agent_presets import PRESETS
from planner.runs.agents import AgentProfile, profile_complaints
from tui.config_options import NoSuch, Option, Wrong, nearest


def _preset(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("the name of a preset in quotes")
    if value not in PRESETS:
        near = nearest(value, PRESETS) or f". There are {', '.join(PRESETS)}."
        raise NoSuch(f"there is no preset '{value}'{near}")
    return value


def _words(what: str) -> Any:
    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise Wrong(what)
        return tuple(value)

    return read


def _command(value: Any) -> tuple[str, ...]:
    words: tuple[str, ...] = _words('a list of the program and its arguments, such as ["x", "-p"]')(
        value
    )
    # No shell will see it, so what a shell would make of ~ is made of it here.
    if words and words[0].startswith("~/"):
        return (os.path.expanduser(words[0]), *words[1:])  # noqa: PTH111  (it stays text)
    return words


def _commands(value: Any) -> tuple[tuple[str, ...], ...]:
    what = 'a list of commands, each a list: [["npm", "ci"], ["make", "tools"]]'
    if not isinstance(value, list) or not all(isinstance(command, list) for command in value):
        raise Wrong(what)
    return tuple(_words(what)(command) for command in value)


def _prompt(value: Any) -> str:
    if value not in ("stdin", "file", "argument"):
        raise Wrong('"stdin", "file" or "argument"')
    return str(value)


def _minutes(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("a number of minutes")
    return float(value)


AGENT_OPTIONS = (
    Option(
        "preset",
        "a preset's name",
        "the one of the same name",
        '"claude"',
        "The well-known agent that the profile begins from; what else stands here changes it.",
        _preset,
    ),
    Option(
        "command",
        "a program and its arguments",
        "the preset's",
        '["my-agent", "--batch"]',
        "What is started for a turn. A command of your own takes the preset's `resume_command` away.",
        _command,
    ),
    Option(
        "resume_command",
        "a program and its arguments",
        "the preset's",
        '["my-agent", "--batch", "--resume", "{session}"]',
        "What is started to go on in a session. Without one, each turn is told everything again.",
        _command,
    ),
    Option(
        "arguments",
        "a list of texts",
        "[]",
        '["--model", "opus"]',
        "More arguments, after those of `command` and `resume_command`.",
        _words("a list of texts"),
    ),
    Option(
        "prompt",
        '`"stdin"`, `"file"` or `"argument"`',
        "the preset's, else stdin",
        '"stdin"',
        "How the prompt arrives: on standard input, as `{prompt_file}` or as `{prompt}` among the "
        "arguments.",
        _prompt,
    ),
    Option(
        "environment",
        "a list of names",
        "the preset's",
        '["MY_AGENT_KEY", "AWS_*"]',
        "Variables that the agent may see besides the usual ones, added to the preset's; `X_*` is "
        "all that begin so.",
        _words('a list of names, such as ["API_KEY", "AWS_*"]'),
    ),
    Option(
        "minutes",
        "a number",
        "the policy's limit",
        "30",
        "How long one turn may take; the policy's limit holds all the same.",
        _minutes,
    ),
    Option(
        "setup",
        "a list of commands",
        "[]",
        '[["npm", "ci"]]',
        "Commands run in a fresh worktree before the first turn. One that fails fails the build.",
        _commands,
    ),
    Option(
        "copy_files",
        "a list of patterns",
        "[]",
        '[".env", "config/*.local"]',
        "Files that git ignores, copied from the repository's folder into a fresh worktree.",
        _words("a list of patterns"),
    ),
    Option(
        "version_command",
        "a program and its arguments",
        "the program with `--version`",
        '["my-agent", "version"]',
        "What prints the agent's version, for `planner-tui agents check`.",
        _command,
    ),
)
"""What a table ``[agents.NAME]`` takes."""

ANYTHING = "command"
"""The option that a profile without a preset needs."""


def agent_profile(name: str, given: dict[str, Any]) -> AgentProfile | None:
    """Return the profile that a table makes; None where it has neither command nor preset.

    Args:
        name: What stands in ``[agents.NAME]``.
        given: What its options were read as.
    """
    values = dict(given)
    base = PRESETS.get(values.pop("preset", name))
    more = values.pop("arguments", ())
    if base is None:
        if ANYTHING not in values:
            return None
        base = AgentProfile(name=name, command=())
    elif "command" in values:
        values.setdefault("resume_command", ())
        base = msgspec.structs.replace(base, note="", source="", version_command=())
    values["environment"] = tuple(
        dict.fromkeys((*base.environment, *values.get("environment", ())))
    )
    profile = msgspec.structs.replace(base, name=name, **values)
    return msgspec.structs.replace(
        profile,
        command=(*profile.command, *more),
        resume_command=(*profile.resume_command, *more) if profile.resume_command else (),
    )


def agent_complaints(profile: AgentProfile, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a profile: the option it stands in (empty for none), a sentence."""
    for field, words in profile_complaints(profile):
        yield field if field in given else "", words

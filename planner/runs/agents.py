"""Agent profiles: how a coding agent is started, told what to do, and resumed.

A profile is argument lists and names, never a line for a shell. ``agent_presets.py`` has the
well-known agents; the config's ``[agents.NAME]`` tables change those or add others. A run keeps the
profile it started with (``profile_to_json``).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from planner.errors import Refused
from planner.runs.policy_values import checked_limit, checked_pattern

PromptWay = Literal["stdin", "file", "argument"]
"""How the prompt reaches the agent: on its standard input, or by a placeholder of the command."""

PLACEHOLDERS = {
    "prompt": "the prompt itself",
    "prompt_file": "the file that holds the prompt",
    "session": "the id of the agent's session",
    "report": "the file the agent is to write its report to",
    "report_folder": "the folder of that file, for agents that must be let into it",
    "worktree": "the folder the agent works in",
}
"""What stands for what in a command's arguments."""

ALWAYS_LET_THROUGH = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LC_*"),
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
)
"""What every agent is told of the environment; all else it is told by name."""

LONGEST_ARGUMENT = 100_000
"""Bytes of a prompt passed as an argument; the system's own limit is 128 kB. A longer one is left
in its file, and the argument says where."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class AgentProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How one agent is run.

    Attributes:
        name: What it is called, in the config and in messages.
        command: The program and its arguments, with placeholders.
        resume_command: The same for going on in a session; empty where that is not possible.
        prompt: How the prompt reaches it.
        environment: Names of variables it may see besides ``ALWAYS_LET_THROUGH``; ``X_*`` is all
            that begin so.
        minutes: How long one turn may take; None leaves it to the policy, whose limit always holds.
        setup: Commands run in a fresh worktree before its first turn.
        copy_files: Patterns of files copied from the repository's own checkout, which git ignores.
        version_command: What prints its version; empty for the program with ``--version``.
        source: Where this is documented, for a preset.
        note: What to know about it, in a sentence or two.
    """

    name: str
    command: tuple[str, ...]
    resume_command: tuple[str, ...] = ()
    prompt: PromptWay = "stdin"
    environment: tuple[str, ...] = ()
    minutes: float | None = None
    setup: tuple[tuple[str, ...], ...] = ()
    copy_files: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


class AgentCommand(NamedTuple):
    """What to start: the arguments, and the file that is its standard input (None for nothing)."""

    arguments: tuple[str, ...]
    stdin: Path | None


def new_session() -> str:
    """Make the id of a session: some agents take one from us, so that it can be resumed."""
    return str(uuid.uuid4())


def can_resume(profile: AgentProfile, session: str | None) -> bool:
    """Say whether a session can be gone on with; otherwise each turn begins a new one.

    There must be one, also for an agent that goes on in the last session of its folder.
    """
    return bool(profile.resume_command) and bool(session)


def agent_command(
    profile: AgentProfile,
    *,
    prompt: str,
    prompt_file: Path,
    session: str | None,
    report: Path,
    worktree: Path,
    resuming: bool,
) -> AgentCommand:
    """Return what to start for one turn.

    Args:
        profile: The agent.
        prompt: What it is told.
        prompt_file: The file that holds the same.
        session: The id of its session, made with ``new_session`` before its first turn unless
            the agent has told another.
        report: The file its report is expected in.
        worktree: The folder it works in.
        resuming: Whether it goes on in the session; a new one is begun where it can't.
    """
    resumes = resuming and can_resume(profile, session)
    if len(prompt.encode(errors="replace")) > LONGEST_ARGUMENT:
        prompt = f"Your task is in the file {prompt_file}. Read all of it, then do what it says."
    values = {
        "prompt": prompt,
        "prompt_file": str(prompt_file),
        "session": session or new_session(),
        "report": str(report),
        "report_folder": str(report.parent),
        "worktree": str(worktree),
    }

    def filled(argument: str) -> str:
        text = _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), argument)
        return text.replace("\0", "\ufffd").encode(errors="replace").decode()

    arguments = profile.resume_command if resumes else profile.command
    stdin = prompt_file if profile.prompt == "stdin" else None
    return AgentCommand(tuple(map(filled, arguments)), stdin)


VARIABLES = {
    "PLANNER_CARD": "the card's id",
    "PLANNER_CARD_NUMBER": "its number",
    "PLANNER_PROJECT": "the project's id",
    "PLANNER_RUN": "the run's id",
    "PLANNER_DB": "the path of the plan's database",
    "PLANNER_PROMPT": "the file that holds the prompt",
    "PLANNER_REPORT": "the file the report is to be written to",
    "PLANNER_SESSION": "the id of the session",
}
"""What an agent is told in its environment, and what each variable holds."""


def agent_variables(
    *,
    card_id: str,
    number: int | None,
    project_id: str,
    run_id: str,
    database: str,
    prompt_file: Path,
    report: Path,
    session: str | None,
) -> dict[str, str]:
    """Return what an agent is told in its environment about what it works on."""
    told = {
        "PLANNER_CARD": card_id,
        "PLANNER_CARD_NUMBER": str(number) if number is not None else None,
        "PLANNER_PROJECT": project_id,
        "PLANNER_RUN": run_id,
        "PLANNER_DB": database,
        "PLANNER_PROMPT": str(prompt_file),
        "PLANNER_REPORT": str(report),
        "PLANNER_SESSION": session,
    }
    return {name: value for name, value in told.items() if value is not None}


def agent_environment(
    profile: AgentProfile, environ: Mapping[str, str], extra: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment an agent is started with: what it may see of ours, and ``extra``."""
    allowed = (*ALWAYS_LET_THROUGH, *profile.environment)
    seen = {name: value for name, value in environ.items() if _is_among(name, allowed)}
    return {**seen, **extra}


def profile_to_json(profile: AgentProfile) -> dict[str, Any]:
    """Return a profile as JSON has it: the form of a run's snapshot."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(profile))
    return document


def profile_from_json(document: Mapping[str, Any]) -> AgentProfile:
    """Return the profile that ``profile_to_json`` wrote, whichever version did.

    Raises:
        Refused: It is something else.
    """
    try:
        return msgspec.convert(document, AgentProfile)
    except msgspec.ValidationError as error:
        raise Refused(f"This is not an agent profile: {error}.") from error


def agent_named(profiles: Mapping[str, AgentProfile], name: str) -> AgentProfile:
    """Return the profile of that name.

    Raises:
        Refused: There is none; names the nearest.
    """
    if name in profiles:
        return profiles[name]
    import difflib

    near = difflib.get_close_matches(name, profiles, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(profiles)}."
    raise Refused(f"There is no agent {name!r:.80}. {hint}")


def profile_complaints(profile: AgentProfile) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a profile: the field, and a sentence."""
    if not _NAME.fullmatch(profile.name):
        words = "an agent's name is letters, digits, dots, dashes and underscores."
        yield "name", words
    yield from _command_complaints("command", profile.command, profile.prompt)
    if profile.resume_command:
        yield from _command_complaints("resume_command", profile.resume_command, profile.prompt)
    if profile.version_command and not profile.version_command[0].strip():
        yield "version_command", "version_command begins with a program."
    for name in profile.environment:
        if not _VARIABLE.fullmatch(name):
            yield "environment", f"{name!r:.80} is no variable's name, such as API_KEY or AWS_*."
    if profile.minutes is not None:
        try:
            checked_limit("agent_minutes", profile.minutes)
        except Refused as refusal:
            yield "minutes", str(refusal).removeprefix("agent_")
    for command in profile.setup:
        if not command or not command[0].strip():
            yield "setup", "each command of setup begins with a program."
        elif any("\0" in word for word in command):
            yield "setup", "no argument may hold a null character."
    for pattern in profile.copy_files:
        try:
            checked_pattern(pattern)
        except Refused as refusal:
            yield "copy_files", str(refusal)


def _command_complaints(
    field: str, command: tuple[str, ...], way: PromptWay
) -> Iterator[tuple[str, str]]:
    if not command or not command[0].strip():
        yield field, f"{field} is empty; it begins with a program."
        return
    if any("\0" in word for word in command):
        yield field, "no argument may hold a null character."
    used = [name for argument in command for name in _PLACEHOLDER.findall(argument)]
    for name in used:
        if name not in PLACEHOLDERS:
            import difflib

            near = difflib.get_close_matches(name, PLACEHOLDERS, 1)
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            hint = f"did you mean {{{near[0]}}}?" if near else f"there are {known}."
            yield field, f"{{{name}}} stands for nothing; {hint}"
    needed = {"argument": "prompt", "file": "prompt_file"}.get(way)
    if needed and needed not in used:
        yield field, f'with prompt = "{way}", {field} must hold {{{needed}}}.'
    if way == "stdin" and "prompt" in used:
        yield field, f'with {{prompt}} in {field}, prompt must be "argument".'


def _is_among(name: str, allowed: Iterable[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)

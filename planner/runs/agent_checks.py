"""Whether an agent works here: found, answering, resumable, with what it needs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from planner.runs.agents import (
    AgentProfile,
    agent_environment,
    profile_complaints,
)

VERSION_SECONDS = 10.0
"""How long an agent may take to print its version."""


class AgentCheckLine(NamedTuple):
    """One thing that was looked at.

    ``ok`` says whether it is as it should be; ``words`` say what it is. Where it is not and does not
    ``matter``, the agent may work all the same.
    """

    ok: bool
    words: str
    matters: bool = True


def program_of(profile: AgentProfile, environ: Mapping[str, str]) -> str | None:
    """Return where the agent's program is, or None when it is not found."""
    return _found(profile.command[0], environ) if profile.command else None


def check_agent(
    profile: AgentProfile, environ: Mapping[str, str], *, seconds: float = VERSION_SECONDS
) -> tuple[AgentCheckLine, ...]:
    """Look whether an agent can be run here. Starts it to print its version: not on a UI's thread."""
    return tuple(_lines(profile, environ, seconds))


def works(lines: tuple[AgentCheckLine, ...]) -> bool:
    """Say whether an agent works, from what ``check_agent`` found."""
    return all(line.ok or not line.matters for line in lines)


def _lines(
    profile: AgentProfile, environ: Mapping[str, str], seconds: float
) -> Iterator[AgentCheckLine]:
    wrong = [*profile_complaints(profile)]
    for field, words in wrong:
        yield AgentCheckLine(False, f"{field}: {words}")
    if not profile.command:
        return
    program = profile.command[0]
    path = _found(program, environ)
    if _is_in_worktree(program):
        yield AgentCheckLine(
            False, f"{program} is looked for in the worktree, once there is one.", matters=False
        )
    elif path is None:
        where = "is not there, or can't be run" if "/" in program else "is not on your PATH"
        yield AgentCheckLine(False, f"{program} {where}. Install it, or change the command.")
    else:
        yield AgentCheckLine(True, f"{program} is {path}.")
        yield _version(profile, environ, seconds)
    if profile.resume_command:
        yield AgentCheckLine(True, "A session can be resumed.")
    else:
        words = "A session can't be resumed: each turn begins anew and is told everything."
        yield AgentCheckLine(False, words, matters=False)
    for command in profile.setup:
        if not _is_in_worktree(command[0]) and _found(command[0], environ) is None:
            yield AgentCheckLine(False, f"{command[0]}, a command of setup, is not on your PATH.")
    for name in profile.environment:
        if not name.endswith("*") and name.isupper() and not environ.get(name):
            if name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
                continue
            yield AgentCheckLine(False, f"{name} is not set in your environment.", matters=False)


def _version(profile: AgentProfile, environ: Mapping[str, str], seconds: float) -> AgentCheckLine:
    command = profile.version_command or (profile.command[0], "--version")
    shown = " ".join(command)
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603  (an argument list of the user's own)
                [_found(command[0], environ) or command[0], *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=agent_environment(profile, environ, {}),
                start_new_session=True,
            )
        except OSError as error:
            return AgentCheckLine(False, f"{shown} can't be run: {error.strerror}.")
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return AgentCheckLine(False, f"{shown} did not answer within {seconds:g} seconds.")
        output.seek(0)
        said = output.read(4_000).decode(errors="replace").strip().splitlines()
    first = said[0].strip() if said else ""
    if code != 0:
        return AgentCheckLine(False, f"{shown} ended with {code}{': ' if first else ''}{first}.")
    return AgentCheckLine(True, f"{shown} says {first or 'nothing'}.")


def _found(program: str, environ: Mapping[str, str]) -> str | None:
    return None if _is_in_worktree(program) else shutil.which(program, path=environ.get("PATH", ""))


def _is_in_worktree(program: str) -> bool:
    return "/" in program and not Path(program).is_absolute()

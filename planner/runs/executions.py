"""Executions: an agent's turn under a shim, which goes on when whoever started it is killed.

A turn has a folder. In it are ``spec`` (what to run), ``alive.lock``, which the shim holds for as
long as it lives, and in the end ``exit.json`` (how it ended). So whoever comes next knows, by the
lock, whether it still runs and, by the file, how it ended; where there is neither, it was killed.
"""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from planner.errors import Refused
from planner.runs.processes import (
    KILLING,
    MARKER,
    Ending,
    end_processes,
    is_alive,
    launch,
    read_result,
    shim_command,
    start_token,
    written_spec,
)

LOOK = 0.2
"""Seconds between two looks at whether an execution that goes on is to be stopped."""

_SOON = 0.01


class ExecutionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What to run for a turn.

    Attributes:
        folder: The turn's own folder, made when it isn't there.
        arguments: The program and what it is given.
        stdin: The file it reads; None for nothing.
        cwd: Where it runs.
        environ: Its whole environment, to which the marker is added; written nowhere.
        log: Where its output goes.
        seconds: Its time limit; None for none.
        log_bytes: How long the log may get; None for any length.
        marker: By which its processes are found.
        after: The lock that git holds while it adds the worktree this runs in. It begins once
            nobody holds that; without a worktree it never began.
    """

    folder: Path
    arguments: tuple[str, ...]
    stdin: Path | None = None
    cwd: Path
    environ: Mapping[str, str]
    log: Path
    seconds: float | None = None
    log_bytes: int | None = None
    marker: str
    after: Path | None = None

    def __repr__(self) -> str:
        # What is in the environment is for the agent alone.
        return f"ExecutionSpec({self.marker!r}, {self.arguments!r})"


class Started(msgspec.Struct, frozen=True):
    """The shim of an execution."""

    pid: int
    token: str | None


class Running(msgspec.Struct, frozen=True):
    """It goes on; ``started`` is its shim, where that is known.

    ``stopped`` says that the wait for it was given up.
    """

    started: Started | None = None
    stopped: bool = False


class Exited(msgspec.Struct, frozen=True):
    """It has ended, and with it everything it had started.

    ``exit_code`` is the negative number of a signal that ended it, and None when it could not be
    run. ``problem`` says what goes after its name, as in ``was ended after 60 minutes, its time
    limit``; it is None when it exited by itself, with whatever code.
    """

    exit_code: int | None
    problem: str | None = None
    ending: Ending = Ending.EXITED
    seconds: float = 0.0


class Gone(msgspec.Struct, frozen=True):
    """It was killed together with its shim, or never began; what it left may still run."""


def start_execution(spec: ExecutionSpec) -> Started:
    """Start a turn, or find the one that was started in this folder and still runs.

    The lock is taken here and handed on, so that there is no moment at which a turn that was
    started can't be told from one that wasn't.

    Raises:
        Refused: It could not be started, or this turn has been run before.
    """
    folder = spec.folder
    environ = {**spec.environ, MARKER: spec.marker}
    written = written_spec(
        spec.arguments,
        cwd=spec.cwd,
        stdin=spec.stdin,
        log=spec.log,
        seconds=spec.seconds,
        log_bytes=spec.log_bytes,
        environ=environ,
        after=spec.after,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spec.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _lock_file(folder) as lock:
            if not _take(lock):
                return _wait_for_pid(folder)
            if (folder / "exit.json").exists():
                raise Refused(f"The turn in {folder} has been run already; begin another.")
            os.ftruncate(lock, 0)
            _write(folder / "spec", written)
            errors = os.open(
                folder / "shim.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600
            )
            try:
                process = launch(
                    shim_command(str(folder), lock),
                    environ,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(lock,),
                )
            finally:
                os.close(errors)
    except OSError as error:
        raise Refused(f"A turn could not be started in {folder}: {error.strerror}.") from error
    return Started(process.pid, start_token(process.pid))


def look_at(folder: Path, pid: int | None, token: str | None) -> Running | Exited | Gone:
    """Say how an execution stands, going by its folder alone.

    The pid and token of its shim may be unknown, to somebody who was killed before writing them
    down; ``Running`` has them.
    """
    try:
        with _lock_file(folder, os.O_RDWR) as lock:
            if not _take(lock, fcntl.LOCK_SH):
                return Running(_started(lock, pid, token))
    except OSError:
        return Gone()
    try:
        result = read_result((folder / "exit.json").read_bytes())
    except OSError:
        result = None
    if result is None:
        return Gone()
    return Exited(result.exit_code, result.problem, result.ending, result.seconds)


def wait_for(
    folder: Path, pid: int | None, token: str | None, *, stopped: Callable[[], bool]
) -> Exited | Gone | Running:
    """Wait until an execution has ended, and return how; ``Running`` when stopped before."""
    seen = look_at(folder, pid, token)
    if isinstance(seen, Running) and seen.started is not None:
        pid, token = seen.started.pid, seen.started.token
    with _watched(pid, token) as source:
        asked, over = 0.0, False
        while isinstance(seen, Running):
            if time.monotonic() >= asked + LOOK:
                if stopped():
                    return Running(seen.started, stopped=True)
                asked = time.monotonic()
            if source is None or over:
                time.sleep(_SOON)
            else:
                over = _is_over(source, LOOK)  # its guard; should the rest live on, it ends soon
            seen = look_at(folder, pid, token)
    return seen


def end_execution(
    folder: Path, pid: int | None, token: str | None, marker: str, *, grace: float = 2.0
) -> Exited | Gone:
    """End an execution with everything it has started, and return how it ended.

    Its shim does so and writes it down; where there is none, or it can't, what carries the marker
    is ended. Nothing happens when it has ended.

    Raises:
        Refused: It could not be ended.
    """
    seen = look_at(folder, pid, token)
    if isinstance(seen, Exited):
        return seen
    started = seen.started if isinstance(seen, Running) else None
    end_processes(
        marker,
        pid=started.pid if started else None,
        token=started.token if started else None,
        grace=grace,
    )
    deadline = time.monotonic() + KILLING
    while isinstance(seen := look_at(folder, pid, token), Running):
        if time.monotonic() > deadline:
            raise Refused(f"The turn in {folder} could not be ended; its process hangs.")
        time.sleep(_SOON)
    return seen


@contextmanager
def _watched(pid: int | None, token: str | None) -> Iterator[int | None]:
    """Give a descriptor that is ready once the process has ended, where the system has such."""
    source = None
    if pid is not None and hasattr(os, "pidfd_open"):
        with suppress(OSError):
            source = os.pidfd_open(pid)
    try:
        # Looked at now, the process can't be another of the same pid later.
        yield source if source is not None and is_alive(pid, token) else None
    finally:
        if source is not None:
            os.close(source)


def _is_over(source: int, seconds: float) -> bool:
    """Wait so long for the end of a process, by its descriptor; say whether it came."""
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


@contextmanager
def _lock_file(folder: Path, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[int]:
    descriptor = os.open(folder / "alive.lock", flags | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _take(lock: int, how: int = fcntl.LOCK_EX) -> bool:
    """Take a lock; those who only look hold it for a moment, and are waited for."""
    for _ in range(1 if how == fcntl.LOCK_SH else 20):
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0 if how == fcntl.LOCK_SH else 0.002)
        else:
            return True
    return False


def _started(lock: int, pid: int | None, token: str | None) -> Started | None:
    if pid is not None and is_alive(pid, token):
        return Started(pid, token)
    written = os.pread(lock, 32, 0)
    if not written.endswith(b"\n"):
        return None  # it has only just been started
    return Started(int(written), start_token(int(written)))


def _wait_for_pid(folder: Path) -> Started:
    deadline = time.monotonic() + KILLING
    while time.monotonic() < deadline:
        seen = look_at(folder, None, None)
        if not isinstance(seen, Running):
            break
        if seen.started is not None:
            return seen.started
        time.sleep(_SOON)
    raise Refused(f"The turn in {folder} has been started already, by somebody else.")


def _write(path: Path, written: bytes) -> None:
    """Put a private file in its place at once."""
    made = path.with_name(f"{path.name}.tmp")
    with open(
        made, "wb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)
    ) as f:
        f.write(written)
    made.replace(path)

"""Processes: telling one from another, starting them, and ending them with all they started.

A pid alone says nothing, since it is given again: a process is known by its pid and a token made
of the moment it was started. What belongs to a run carries a marker in its environment, by which
it is found when everything that knew it has been killed.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from planner.errors import Refused

MARKER = "PLANNER_PROCESS"
"""The variable that marks a run's processes; ``end_processes("a")`` ends ``a`` and ``a:b``."""

KILLING = 10.0
"""Seconds after which a process that can't be killed is left."""

_LINUX = sys.platform == "linux"
_LOOK = 0.1
_SHIM = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from planner.runs.shim import main; main(sys.argv[2:])"
)


class Ending(StrEnum):
    """How a program came to its end.

    By itself, with an exit code or by a ``signal``; not begun, since it ``could_not_run``; ended
    at its limit of ``time`` or ``log``, because it was ``stopped``, or because its ``shim`` was.
    """

    EXITED = "exited"
    SIGNAL = "signal"
    COULD_NOT_RUN = "could_not_run"
    TIME = "time"
    LOG = "log"
    STOPPED = "stopped"
    SHIM = "shim"


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended.

    Attributes:
        exit_code: What it exited with; the negative number of a signal that ended it; None when it
            was not run, or nobody knows.
        seconds: How long it took.
        problem: What goes after its name, such as ``was ended after 15 minutes, its time limit``;
            None when it exited by itself.
        ending: Which sort of end it was.
    """

    ending: Ending
    exit_code: int | None = None
    seconds: float = 0.0
    problem: str | None = None


# Telling one from another


def start_token(pid: int) -> str | None:
    """Return what tells a living process from others of its pid; None when there is none.

    One that has ended and was not waited for yet is not alive.
    """
    if not _LINUX:
        return _created(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    fields = stat.rpartition(b")")[2].split()
    if len(fields) < 20 or fields[0] in b"ZXx":
        return None
    return f"{fields[19].decode('ascii')}@{boot}"


def is_alive(pid: int | None, token: str | None) -> bool:
    """Say whether the process that had this pid and token is still there."""
    return pid is not None and token is not None and start_token(pid) == token


def _created(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{process.create_time():.6f}"
    except (psutil.Error, ValueError, OverflowError):
        return None


# Starting


def start_detached(
    arguments: Sequence[str],
    *,
    log: Path,
    environ: Mapping[str, str],
    inherits: Sequence[int] = (),
) -> int:
    """Start a process that outlives this one, in a session of its own; return its pid.

    What it prints goes to the end of a log, made when it isn't there. It inherits no descriptors
    but those it is meant to.

    Raises:
        Refused: It could not be started.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Refused(f"The log {log} can’t be written: {error.strerror}.") from error
    try:
        files = {"stdout": output, "stderr": output, "pass_fds": tuple(inherits)}
        return launch(arguments, environ, **files).pid
    finally:
        os.close(output)


def launch(
    arguments: Sequence[str | bytes], environ: Mapping[str, str], **options: Any
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; unless it has a pipe, a thread waits for its end.

    So none stays behind as a zombie, however long this process lives and whatever it asks.

    Raises:
        Refused: It could not be started.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        process = subprocess.Popen(  # noqa: S603  (a list of arguments, and no shell)
            [as_bytes(argument) for argument in arguments],
            env={as_bytes(name): as_bytes(value) for name, value in environ.items()},
            cwd="/",
            start_new_session=True,
            **options,
        )
    except (OSError, ValueError) as error:
        words = (isinstance(error, OSError) and error.strerror) or str(error)
        raise Refused(f"{arguments[0]!r} could not be started: {words}.") from error
    if process.stdout is None:
        process.returncode = 0  # it is not this object that waits
        threading.Thread(target=_wait_for_child, args=(process.pid,), daemon=True).start()
    return process


def _wait_for_child(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return  # somebody has waited for it


def as_bytes(text: str | bytes) -> bytes:
    """Return text as a program is handed it; what no encoding has is replaced."""
    if isinstance(text, bytes):
        return text
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


# Ending


def end_processes(
    marker: str, *, pid: int | None = None, token: str | None = None, grace: float = 2.0
) -> int:
    """End every process of this marker, and return how many there were.

    The process of a pid and token is asked first, since a shim ends what it has started and says
    how. The others are asked to end and, after the grace, killed.
    """
    import psutil

    alive = _marked(marker)
    found = set(alive)
    if pid is not None and is_alive(pid, token):
        shim = {psutil.Process(pid)}
        found |= shim
        _signal(shim, psutil.Process.terminate, psutil.Process.resume)
        _wait_while_alive(shim, grace + 1.0)
        _signal(shim, psutil.Process.kill)
        alive = _marked(marker)
    if grace > 0:
        _signal(alive, psutil.Process.terminate, psutil.Process.resume)
        _wait_while_alive(alive, grace)
    # What was asked may have started others meanwhile.
    deadline = time.monotonic() + KILLING
    while (alive := _marked(marker)) and time.monotonic() < deadline:
        found |= alive
        _signal(alive, psutil.Process.kill)
        _wait_while_alive(alive, 0.2)
    return len(found)


def _marked(marker: str) -> set[Any]:
    import psutil

    me = os.getpid()
    found = set()
    for process in psutil.process_iter():
        try:
            mark = process.environ().get(MARKER, "") if process.pid != me else ""
            if mark == marker or mark.startswith(f"{marker}:"):
                found.add(process)
        except (psutil.Error, OSError):
            continue  # it has gone, or is another user's
    return found


def _wait_while_alive(processes: set[Any], seconds: float) -> None:
    import psutil

    deadline = time.monotonic() + seconds
    for process in processes:
        while time.monotonic() < deadline:
            try:
                # One that nobody waits for stays a zombie, and has ended all the same.
                if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                    break
            except psutil.Error:
                break
            time.sleep(0.01)


def _signal(processes: set[Any], *ways: Callable[[Any], None]) -> None:
    import psutil

    for process in processes:
        for way in ways:
            try:
                way(process)
            except psutil.Error:
                break


# The shim


def shim_command(folder: str, lock: int | None = None) -> list[str]:
    """Return the command of a shim that reads its spec from a folder, or ``-`` for its input."""
    command = [sys.executable, "-I", "-S", "-c", _SHIM, str(Path(__file__).parents[2]), folder]
    return command if lock is None else [*command, str(lock)]


def written_spec(
    arguments: Sequence[str],
    *,
    cwd: Path,
    stdin: Path | None,
    log: Path,
    seconds: float | None,
    log_bytes: int | None,
    environ: Mapping[str, str],
    after: Path | None = None,
) -> bytes:
    """Write down what a shim is to run; its environment is handed on to the program.

    Raises:
        Refused: An argument or a path holds a NUL character, which no program can be handed.
    """
    fields = [
        b"cwd=" + as_bytes(str(cwd)),
        b"log=" + as_bytes(str(log)),
        b"stdin=" + as_bytes(str(stdin or "")),
        b"seconds=" + (b"" if seconds is None else b"%f" % seconds),
        b"log_bytes=" + (b"" if log_bytes is None else b"%d" % log_bytes),
        b"after=" + as_bytes(str(after or "")),
        *(b"argument=" + as_bytes(argument) for argument in arguments),
    ]
    if "LC_CTYPE" not in environ:
        fields.append(b"unset=LC_CTYPE")  # which Python sets for itself where there is no locale
    for field in fields:
        if b"\0" in field:
            words = field.partition(b"=")[2].partition(b"\0")[0].decode("utf-8", "replace")
            raise Refused(f"“{words[-40:]}” is followed by a NUL character; no program takes one.")
    return b"\0".join([*fields, b"", b""])


def read_result(written: bytes) -> CommandResult | None:
    """Return the result a shim has written; None when it is not whole."""
    try:
        return msgspec.json.decode(written.partition(b"\n")[0], type=CommandResult)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def run_command(
    arguments: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    log: Path,
    seconds: float | None,
    marker: str,
    log_bytes: int | None,
    stopped: Callable[[], bool],
) -> CommandResult:
    """Run a command to its end, with all it starts; what it prints goes to the end of a log.

    It has a shim of its own, which ends it when this process is killed.

    Args:
        arguments: The program and what it is given; looked for in the absolute folders of PATH.
        cwd: Where it runs.
        environ: Its whole environment, to which the marker is added.
        log: Where its output goes, made when it isn't there.
        seconds: Its time limit; None for none.
        marker: By which its processes are found.
        log_bytes: How long the log may get; None for any length.
        stopped: Asked several times a second whether it is to be ended.
    """
    begun = time.monotonic()
    environ = {**environ, MARKER: marker}
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        spec = written_spec(
            arguments,
            cwd=cwd,
            stdin=None,
            log=log,
            seconds=seconds,
            log_bytes=log_bytes,
            environ=environ,
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = launch(shim_command("-"), environ, **pipes)
    except (OSError, Refused) as error:
        return CommandResult(
            ending=Ending.COULD_NOT_RUN, problem=f"could not be run: {str(error).rstrip('.')}"
        )
    with process:
        answer = _answer(process, spec, stopped)
    result = read_result(answer)
    if result is None:
        end_processes(marker)
        result = CommandResult(
            ending=Ending.SHIM,
            seconds=time.monotonic() - begun,
            problem="was ended because its shim was killed",
        )
    return result


def _answer(process: subprocess.Popen[bytes], spec: bytes, stopped: Callable[[], bool]) -> bytes:
    """Hand a shim its spec and return what it answers; its input is closed to end it early."""
    leash, output = process.stdin, process.stdout
    if leash is None or output is None:
        return b""
    try:
        leash.write(spec)
        leash.flush()
        answer = b""
        poll = select.poll()
        poll.register(output, select.POLLIN)
        while True:
            if poll.poll(_LOOK * 1000):
                part = os.read(output.fileno(), 65536)
                if not part:
                    return answer
                answer += part
            elif not leash.closed and stopped():
                leash.close()
    except BrokenPipeError:
        return b""

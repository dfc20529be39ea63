"""The shim: runs one program, ends it with every descendant, and writes down how it ended.

It is a process of its own session that outlives whoever started it, so that an agent goes on when
its supervisor is killed, and its limits go on with it. It is run with ``python -I -S`` and imports
next to nothing, since an agent waits for it.

It is two processes. The *worker* starts the program and waits for it. The *guard*, whose pid is the
one that is known, waits for the worker: when somebody kills the worker, the guard ends what the
program leaves; when somebody kills the guard, the kernel tells the worker, which ends the program.
Both hold the lock they were started with, so the lock is free when neither lives.

What is to be run comes as fields ``name=value``, each ended by a NUL, and an empty one as the last:
from ``spec`` in the folder it is given; or, with ``-`` for a folder, from its standard input, which
is then a leash: the program is ended when the other end is closed, and the result is printed. The
result is ``exit.json``, or what is printed; ``planner.runs.processes.read_result`` reads it.
"""

import errno
import os
import select
import time

from planner.runs.descendants import adopt, die_with_parent, end_all, reap, send

TYPE_CHECKING = False  # typing takes longer to import than all there is here
if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal  # without the enums of signal.py, a third of the time to start
    except ImportError:
        import signal

GRACE = 2.0
"""Seconds between asking a program to end and killing it."""

LEFTOVER_GRACE = 0.5
"""The same for what a program has left behind."""

NICENESS = 5
"""By how much a program gives way to what a person is at: the board, an editor."""

_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Spec:
    """What to run, and within which limits."""

    def __init__(self, written: bytes) -> None:
        self.arguments: list[bytes] = []
        self.unset: list[bytes] = []
        fields: dict[bytes, bytes] = {}
        for field in written.split(b"\0"):
            name, _, value = field.partition(b"=")
            if name == b"argument":
                self.arguments.append(value)
            elif name == b"unset":
                self.unset.append(value)
            else:
                fields[name] = value
        self.cwd = fields[b"cwd"]
        self.stdin = fields[b"stdin"] or b"/dev/null"
        self.log = fields[b"log"]
        self.seconds = float(fields[b"seconds"] or "inf")
        self.log_bytes = float(fields[b"log_bytes"] or "inf")
        self.after = fields[b"after"]


class Result:
    """How it ended: one of ``planner.runs.processes.Ending``, and words that go after its name."""

    def __init__(self, ending: str, problem: str | None = None) -> None:
        self.ending = ending
        self.problem = problem
        self.exit_code: int | None = None
        self.seconds = 0.0

    def written(self) -> bytes:
        """Return it as JSON."""
        problem = "null" if self.problem is None else _quoted(self.problem)
        code = "null" if self.exit_code is None else str(self.exit_code)
        return (
            f'{{"ending": "{self.ending}", "exit_code": {code}, "problem": {problem},'
            f' "seconds": {self.seconds:.3f}}}\n'
        ).encode("ascii")


class Shim:
    """Where it reads from and reports to, and the signals it has heard."""

    def __init__(self, folder: str) -> None:
        self.folder = None if folder == "-" else folder
        self.lock = -1
        self.heard: list[int] = []

    def read(self) -> Spec:
        """Read what is to be run."""
        if self.folder is not None:
            with open(os.path.join(self.folder, "spec"), "rb") as file:
                return Spec(file.read())
        written = b""
        while not written.endswith(b"\0\0"):
            part = os.read(0, 1 << 20)
            if not part:
                os._exit(0)  # whoever wanted it is gone, and nothing was started
            written += part
        return Spec(written)

    def has_reported(self) -> bool:
        """Say whether the folder holds a result already."""
        return self.folder is not None and os.path.exists(os.path.join(self.folder, "exit.json"))

    def report(self, result: Result) -> None:
        """Say how it ended, wholly or not at all."""
        if self.folder is None:
            try:
                os.write(1, result.written())
            except BrokenPipeError:
                pass  # whoever wanted it was killed
            return
        path = os.path.join(self.folder, "exit.json")
        with open(path + ".tmp", "wb", opener=_private) as file:
            file.write(result.written())
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".tmp", path)


def main(arguments: list[str]) -> None:
    """Run what the folder's spec says; the second argument is the descriptor of the lock.

    Never returns.
    """
    shim = Shim(arguments[0])
    if shim.folder is not None:
        lock = int(arguments[1])
        os.set_inheritable(lock, False)
        shim.lock = lock
        os.pwrite(lock, b"%d\n" % os.getpid(), 0)
    for number in _ENDS:
        signal.signal(number, lambda heard, _: shim.heard.append(heard))
    spec = shim.read()
    adopt()
    guard = os.getpid()
    worker = os.fork()
    if worker == 0:
        _or_exit(lambda: _work(shim, spec, guard))
    _or_exit(lambda: _guard(shim, worker))


def _or_exit(do) -> None:  # type: ignore[no-untyped-def]
    """Do it and leave at once; what goes wrong is printed."""
    code = 1
    try:
        do()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _guard(shim: Shim, worker: int) -> None:
    for number in _ENDS:
        signal.signal(number, lambda _, __: send(worker, signal.SIGTERM))
    if shim.heard:
        send(worker, signal.SIGTERM)
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if status != 0:
        result = Result("shim", f"was ended because its shim was{_by(status)}")
        end_all(0.0)
        if not shim.has_reported():
            shim.report(result)


def _work(shim: Shim, spec: Spec, guard: int) -> None:
    adopt()
    die_with_parent(signal.SIGTERM)
    alarm, ring = os.pipe()
    os.set_blocking(alarm, False)
    os.set_blocking(ring, False)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _, __: None)
    if spec.after and not _is_there(shim, spec, guard):
        os.ftruncate(shim.lock, 0)  # it never began
        return
    begun = time.monotonic()
    try:
        log = os.open(spec.log, _APPEND, 0o600)
    except OSError as error:
        shim.report(
            Result("could_not_run", f"could not be run: its log can’t be written, {_said(error)}")
        )
        return
    program, failure = _start(spec, log)
    if failure is not None:
        os.waitpid(program, 0)
        shim.report(Result("could_not_run", failure))
        return
    result, codes = _watch(shim, spec, program, log, alarm, guard)
    result.seconds = time.monotonic() - begun
    ended = result.ending == "exited"
    left = end_all(LEFTOVER_GRACE if ended else GRACE, program, codes)
    result.exit_code = codes.get(program)
    if ended and result.exit_code is not None and result.exit_code < 0:
        result.ending, result.problem = "signal", f"was{_by(result.exit_code)}"
    if left:
        words = f"left what could not be ended: {', '.join(map(str, left))}"
        result.problem = words if result.problem is None else f"{result.problem}, and {words}"
    if result.ending == "log":
        os.ftruncate(log, int(spec.log_bytes))
    shim.report(result)


# Waiting for a worktree


def _is_there(shim: Shim, spec: Spec, guard: int) -> bool:
    """Wait until git has added the worktree, or is gone; say whether it is there whole."""
    import fcntl

    try:
        lock = os.open(spec.after, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        while True:
            if shim.heard or os.getppid() != guard:
                return False
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.002)
        with open(os.path.join(spec.cwd, b".git"), "rb") as file:
            own = file.read().removeprefix(b"gitdir: ").rstrip(b"\n")
        # Git locks a worktree until it has written all of it.
        return os.path.exists(os.path.join(own, b"index")) and not os.path.exists(
            os.path.join(own, b"locked")
        )
    except OSError:
        return False
    finally:
        os.close(lock)


# Starting


_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def _start(spec: Spec, log: int) -> tuple[int, str | None]:
    """Fork and run the program; return its pid, and why it could not be run."""
    reading, writing = os.pipe()
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        step = "it could not be started"
        try:
            os.setpgid(0, 0)
            die_with_parent(signal.SIGKILL)
            if os.getppid() != me:
                os._exit(127)
            signal.set_wakeup_fd(-1)
            for number in (*_ENDS, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            step = f"{_shown(spec.stdin)} can’t be read"
            os.dup2(os.open(spec.stdin, os.O_RDONLY), 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            step = f"the folder {_shown(spec.cwd)} can’t be used"
            os.chdir(spec.cwd)
            for name in spec.unset:
                os.environb.pop(name, None)
            _give_way()
            step = _execute(spec.arguments)
        except BaseException as error:
            step = f"{step}: {_said(error)}"
        finally:
            os.write(writing, step.encode("utf-8", "replace")[:4000])
            os._exit(127)
    os.close(writing)
    failure = b""
    while part := os.read(reading, 4096):
        failure += part
    os.close(reading)
    return pid, f"could not be run: {failure.decode('utf-8', 'replace')}" if failure else None


def _give_way() -> None:
    """Let whatever a person is at go first; all that is left is still the program's."""
    try:
        os.nice(NICENESS)
        # Some kernels share the time among sessions before they look at the processes in one.
        with open("/proc/self/autogroup", "w") as file:
            file.write(str(NICENESS))
    except OSError:
        return


def _execute(arguments: list[bytes]) -> str:
    """Become the program; return why that is not possible."""
    if not arguments or not arguments[0]:
        return "there is no command"
    name = arguments[0]
    if b"/" in name:
        paths = [name]
    else:
        # Only absolute folders: what an agent wrote must not stand for a command of this name.
        folders = os.environb.get(b"PATH", os.defpath.encode()).split(b":")
        paths = [os.path.join(folder, name) for folder in folders if folder.startswith(b"/")]
    why = f"{_shown(name)} was not found" + ("" if b"/" in name else " in PATH")
    for path in paths:
        try:
            os.execv(path, arguments)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                if os.path.isfile(path):
                    return f"{_shown(path)} names an interpreter that is not there"
            elif error.errno == errno.EACCES:
                why = f"{_shown(path)} is not executable"
            elif error.errno == errno.ENOEXEC:
                return f"{_shown(path)} is no program, and begins with no #! line"
            else:
                return f"{_shown(path)}: {_said(error)}"
    return why


# Waiting


def _watch(
    shim: Shim, spec: Spec, program: int, log: int, alarm: int, guard: int
) -> tuple[Result, dict[int, int]]:
    """Wait until the program has ended or must be; return why, and what ended with which code."""
    codes: dict[int, int] = {}
    deadline = time.monotonic() + spec.seconds
    size, looked = os.fstat(log).st_size, time.monotonic()
    sources = [alarm] if shim.folder is not None else [alarm, 0]
    while True:
        reap(codes)
        if program in codes:
            return Result("exited"), codes
        if os.getppid() != guard:
            return Result("stopped", "was ended because its shim was killed"), codes
        if shim.heard:
            return Result("stopped", "was told to end"), codes
        now = time.monotonic()
        if now >= deadline:
            words = f"was ended after {_duration(spec.seconds)}, its time limit"
            return Result("time", words), codes
        grown, size = -size, os.fstat(log).st_size
        grown += size
        if size > spec.log_bytes:
            words = f"was ended when its log passed {spec.log_bytes / 1e6:g} MB, its limit"
            return Result("log", words), codes
        # Often enough for the limit, were it to go on printing at this rate or to begin at once.
        rate = grown / max(now - looked, 0.001)
        pause = min(0.25, max(0.01, (spec.log_bytes - size) / rate / 2)) if rate > 0 else 0.25
        looked = now
        ready = select.select(sources, (), (), min(pause, max(0.0, deadline - now)))[0]
        if alarm in ready:
            os.read(alarm, 4096)
        if 0 in ready and not os.read(0, 1):
            return Result("stopped", "was told to end"), codes


# Words


def _by(status: int) -> str:
    if status >= 0:
        return f" ended with {status}"
    for name in sorted(vars(signal)):
        if name.startswith("SIG") and "_" not in name and getattr(signal, name) == -status:
            return f" ended by {name}"
    return f" ended by signal {-status}"


def _duration(seconds: float) -> str:
    if seconds >= 120:
        return f"{seconds / 60:g} minutes"
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


def _shown(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    return f"“{text if len(text) <= 200 else text[:200] + '…'}”"


def _said(error: BaseException) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _quoted(text: str) -> str:
    written = text.encode("utf-16-be", "surrogatepass")
    units = [int.from_bytes(written[i : i + 2], "big") for i in range(0, len(written), 2)]
    plain = [chr(u) if 32 <= u < 127 and u not in (34, 92) else f"\\u{u:04x}" for u in units]
    return f'"{"".join(plain)}"'


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)

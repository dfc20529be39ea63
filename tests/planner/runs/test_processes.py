import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from planner.errors import Refused
from planner.runs.processes import (
    CommandResult,
    Ending,
    end_processes,
    is_alive,
    run_command,
    start_detached,
    start_token,
)

ENVIRON = {"PATH": os.environ["PATH"], "GREETING": "hello"}
ROOT = Path(__file__).parents[3]


def until(condition: Callable[[], object], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.005)


def sleeping(marked: Path) -> list[psutil.Process]:
    """Return the living shells that a test has started: they have its folder as an argument."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if words[:1] == ["sh"] and str(marked) in words:
                found.append(process)
        except psutil.Error:
            continue
    return found


def run(tmp_path: Path, *arguments: str, **options: object) -> CommandResult:
    given = {
        "cwd": tmp_path,
        "environ": ENVIRON,
        "log": tmp_path / "logs" / "log",
        "seconds": 40.0,
        "marker": "run-1:check",
        "log_bytes": None,
        "stopped": lambda: False,
    }
    return run_command(arguments, **{**given, **options})  # type: ignore[arg-type]


def script(path: Path, text: str, mode: int = 0o755) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_process_is_known_by_its_pid_and_when_it_was_started() -> None:
    token = start_token(os.getpid())
    assert is_alive(os.getpid(), token)
    assert not is_alive(os.getpid(), "1@another-boot")
    assert not is_alive(None, token)
    child = subprocess.Popen(["sleep", "60"])
    token = start_token(child.pid)
    assert token != start_token(os.getpid())
    assert is_alive(child.pid, token)
    child.kill()
    until(lambda: not is_alive(child.pid, token))  # a zombie, since nobody has waited for it
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    child.wait()
    assert start_token(child.pid) is None


def test_what_a_command_prints_goes_to_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "log"
    words = ["a b", "$(touch x)", "; touch x", "-n", "ü\n", "\udcff", ""]
    code = "import os, sys; print(ascii(sys.argv[1:]), sys.stdin.read(), sorted(os.environ))"
    first = run(tmp_path, sys.executable, "-ISc", code, *words)
    second = run(tmp_path, "sh", "-c", 'echo "$GREETING" >&2; exit 3')

    assert (first.ending, first.exit_code, first.problem) == (Ending.EXITED, 0, None)
    assert (second.ending, second.exit_code, second.problem) == (Ending.EXITED, 3, None)
    names = "['GREETING', 'PATH', 'PLANNER_PROCESS']"
    said = log.read_text()
    assert said.startswith(ascii(words))
    assert said.replace("'LC_CTYPE', ", "").endswith(f"{names}\nhello\n")
    assert not (tmp_path / "x").exists()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_command_that_could_not_run_says_why(tmp_path: Path) -> None:
    script(tmp_path / "plain", "echo", mode=0o644)
    script(tmp_path / "bare", "echo")
    script(tmp_path / "lost", "#!/no/such/interpreter\n")
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin" / "mine", "#!/bin/sh\n")
    relative = {"PATH": f"bin::.:{ENVIRON['PATH']}"}
    said = {
        name: run(tmp_path, *arguments, **options)  # type: ignore[arg-type]
        for name, arguments, options in [
            ("missing", ["no-such-command"], {}),
            ("missing here", ["./no such\ncommand"], {}),
            ("not executable", ["./plain"], {}),
            ("no program", ["./bare"], {}),
            ("no interpreter", ["./lost"], {}),
            ("relative", ["mine"], {"environ": relative}),
            ("no folder", ["true"], {"cwd": tmp_path / "gone"}),
            ("too long", ["true", "x" * 200_000], {}),
            ("nul", ["true", "a\0b"], {}),
            ("nothing", [], {}),
            ("no log", ["true"], {"log": tmp_path / "bin" / "mine" / "log"}),
        ]
    }

    assert {(each.ending, each.exit_code) for each in said.values()} == {
        (Ending.COULD_NOT_RUN, None)
    }
    words = {
        name: str(each.problem).removeprefix("could not be run: ") for name, each in said.items()
    }
    assert words["missing"] == "“no-such-command” was not found in PATH"
    assert words["missing here"] == "“./no such\ncommand” was not found"
    assert words["not executable"] == "“./plain” is not executable"
    assert words["no program"] == "“./bare” is no program, and begins with no #! line"
    assert words["no interpreter"] == "“./lost” names an interpreter that is not there"
    assert words["relative"] == "“mine” was not found in PATH"
    assert "gone” can’t be used: No such file" in words["no folder"]
    assert "Argument list too long" in words["too long"]
    assert "NUL" in words["nul"]
    assert words["nothing"] == "there is no command"


def test_a_command_ends_at_its_limits_and_when_it_is_stopped(tmp_path: Path) -> None:
    crashed = run(tmp_path, "sh", "-c", "kill -SEGV $$")
    slow = run(tmp_path, "sleep", "60", seconds=0.05)
    stopped = run(tmp_path, "sh", "-c", "kill -STOP $$", seconds=0.05)
    loud = run(tmp_path, "yes", log=tmp_path / "loud", log_bytes=300_000)
    unwanted = run(tmp_path, "sleep", "60", stopped=lambda: True)
    graceful = run(tmp_path, "sh", "-c", "trap 'exit 7' TERM; sleep 60 & wait", seconds=0.4)

    assert (crashed.exit_code, crashed.problem) == (-signal.SIGSEGV, "was ended by SIGSEGV")
    assert crashed.ending is Ending.SIGNAL
    assert (slow.ending, slow.exit_code) == (Ending.TIME, -signal.SIGTERM)
    assert slow.problem == "was ended after 0.05 seconds, its time limit"
    assert 0.05 <= slow.seconds < 2
    assert stopped.ending is Ending.TIME
    assert loud.problem == "was ended when its log passed 0.3 MB, its limit"
    assert (tmp_path / "loud").stat().st_size == 300_000
    assert (unwanted.ending, unwanted.problem) == (Ending.STOPPED, "was told to end")
    assert (graceful.ending, graceful.exit_code) == (Ending.TIME, 7)


def test_nothing_outlives_a_command(tmp_path: Path) -> None:
    """Not what left its session, nor what lost its parents, its environment or its manners."""
    code = f"""
import os, signal, subprocess, sys, time
def sleeper(**options):
    subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 60; :", {str(tmp_path)!r}], **options)
sleeper()
sleeper(start_new_session=True, env={{}})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        sleeper(env={{}})
        signal.pause()
    os._exit(0)
os.wait()
"""
    begun = time.monotonic()
    result = run(tmp_path, sys.executable, "-ISc", code)
    assert (result.ending, result.exit_code) == (Ending.EXITED, 0)
    assert result.seconds < time.monotonic() - begun
    assert sleeping(tmp_path) == []


def test_a_command_ends_with_who_started_it(tmp_path: Path) -> None:
    code = f"""
import os, sys
from pathlib import Path
from planner.runs.processes import run_command
here = Path({str(tmp_path)!r})
run_command(["sh", "-c", "sleep 60; :", str(here)], cwd=here, environ=os.environ, log=here / "log",
            seconds=None, marker="m", log_bytes=None, stopped=lambda: False)
"""
    starter = subprocess.Popen(
        [sys.executable, "-c", code], env={**ENVIRON, "PYTHONPATH": str(ROOT)}
    )
    until(lambda: sleeping(tmp_path))
    starter.kill()
    starter.wait()
    until(lambda: not sleeping(tmp_path))


def test_a_command_whose_shim_is_killed_is_told_of(tmp_path: Path) -> None:
    def kill_worker() -> bool:
        for process in sleeping(tmp_path):
            process.parent().kill()
        return False

    result = run(tmp_path, "sh", "-c", "sleep 60; :", str(tmp_path), stopped=kill_worker)
    assert (result.ending, result.exit_code) == (Ending.SHIM, None)
    assert result.problem == "was ended because its shim was ended by SIGKILL"

    def kill_both() -> bool:
        for process in sleeping(tmp_path):
            worker = process.parent()
            guard = worker.parent()
            guard.suspend()
            worker.kill()
            guard.kill()
        return False

    result = run(tmp_path, "sh", "-c", "sleep 60; :", str(tmp_path), stopped=kill_both)
    assert result.ending is Ending.SHIM
    assert sleeping(tmp_path) == []


def test_marked_processes_are_ended(tmp_path: Path) -> None:
    def sleeper(marker: str, words: str = "sleep 60; :") -> subprocess.Popen[bytes]:
        environ = {**ENVIRON, "PLANNER_PROCESS": marker}
        return subprocess.Popen(["sh", "-c", words, str(tmp_path)], env=environ)

    children = [
        sleeper("run-1"),
        sleeper("run-1:a", "trap '' TERM; echo; sleep 60; :"),
        sleeper("run-10"),
    ]
    until(lambda: len(sleeping(tmp_path)) == 3)
    os.kill(children[0].pid, signal.SIGSTOP)
    assert end_processes("run-1", grace=0.1) >= 2
    assert [process.pid for process in sleeping(tmp_path)] == [children[2].pid]
    assert end_processes("run-1") == 0
    assert end_processes("run-10") >= 1
    for child in children:
        child.wait()


def test_a_detached_process_has_a_session_of_its_own_and_leaves_no_zombie(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "log"
    code = "import os; print(os.getsid(0) == os.getpid(), os.getcwd())"
    pids = [
        start_detached([sys.executable, "-ISc", code], log=log, environ=ENVIRON) for _ in range(2)
    ]
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))
    assert log.read_text() == "True /\n" * 2
    with pytest.raises(Refused, match=r"no-such-command.*could not be started: No such file"):
        start_detached(["no-such-command"], log=log, environ=ENVIRON)

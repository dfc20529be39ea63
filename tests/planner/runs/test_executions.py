import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from planner.errors import Refused
from planner.runs.executions import (
    ExecutionSpec,
    Exited,
    Gone,
    Running,
    Started,
    end_execution,
    look_at,
    start_execution,
    wait_for,
)
from planner.runs.processes import Ending, is_alive, start_token
from planner.runs.worktree_state import alone, lock_of
from tests.planner.runs.test_processes import ENVIRON, ROOT, sleeping, until

SLEEP = ("sh", "-c", "sleep 60 & trap '' HUP; wait; :")


def spec(folder: Path, *arguments: str, **options: object) -> ExecutionSpec:
    given = {
        "cwd": folder.parent,
        "environ": {**ENVIRON, "SECRET": "hush-hush"},
        "log": folder / "log",
        "marker": "run-1:turn-1",
    }
    return ExecutionSpec(folder=folder, arguments=arguments, **{**given, **options})  # type: ignore[arg-type]


def sleep_in(folder: Path) -> Started:
    """Start a sleeper that can be found by its folder, and wait until it sleeps."""
    started = start_execution(spec(folder, *SLEEP, str(folder)))
    until(lambda: sleeping(folder))
    return started


def wait(folder: Path, started: Started) -> Exited | Gone | Running:
    return wait_for(folder, started.pid, started.token, stopped=lambda: False)


def test_a_turn_runs_and_says_how_it_ended(tmp_path: Path) -> None:
    folder, prompt = tmp_path / "deep" / "turn", tmp_path / "prompt"
    prompt.write_text("build it")
    assert look_at(folder, None, None) == Gone()
    code = "cat; pwd; echo $SECRET $PLANNER_PROCESS; echo oh >&2; exit 4"
    started = start_execution(spec(folder, "sh", "-c", code, stdin=prompt, cwd=tmp_path))
    ended = wait(folder, started)

    assert isinstance(ended, Exited)
    assert (ended.exit_code, ended.problem, ended.ending) == (4, None, Ending.EXITED)
    assert look_at(folder, started.pid, started.token) == look_at(folder, None, None) == ended
    said = (folder / "log").read_text()
    assert said == f"build it{tmp_path}\nhush-hush run-1:turn-1\noh\n"
    assert json.loads((folder / "exit.json").read_text())["exit_code"] == 4
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name == "log" or b"hush-hush" not in path.read_bytes()
    until(lambda: not psutil.pid_exists(started.pid))  # nor is there a zombie
    with pytest.raises(Refused, match="has been run already"):
        start_execution(spec(folder, "true"))


def test_a_turn_is_started_once_and_found_by_whoever_comes(tmp_path: Path) -> None:
    folder = tmp_path / "turn"
    started = sleep_in(folder)
    assert start_execution(spec(folder, *SLEEP)) == started
    assert look_at(folder, None, None) == Running(started)
    assert look_at(folder, 1, "stale") == Running(started)
    (folder / "exit.json").write_text('{"ending": "exited", "exit_code": 0}')
    assert look_at(folder, None, None) == Running(started), "an agent may not say so itself"

    begun = time.monotonic()
    given_up = wait_for(folder, None, None, stopped=lambda: time.monotonic() > begun + 0.05)
    assert given_up == Running(started, stopped=True)
    assert time.monotonic() - begun < 30  # it sleeps for longer

    ended = end_execution(folder, None, None, "run-1:turn-1")
    assert isinstance(ended, Exited)
    assert (ended.ending, ended.problem) == (Ending.STOPPED, "was told to end")
    assert ended.exit_code == -signal.SIGTERM
    assert end_execution(folder, started.pid, started.token, "run-1:turn-1") == ended
    assert sleeping(folder) == []


def test_a_turn_goes_on_when_who_started_it_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "turn"
    code = f"""
import os, time
from pathlib import Path
from planner.runs.executions import ExecutionSpec, start_execution
folder = Path({str(folder)!r})
start_execution(ExecutionSpec(
    folder=folder, arguments=("sh", "-c", "while [ ! -e go ]; do sleep 0.02; done; exit 5"),
    cwd=folder, environ=os.environ, log=folder / "log", marker="m"))
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], env={**ENVIRON, "PYTHONPATH": str(ROOT)})
    running = look_at(folder, None, None)
    assert isinstance(running, Running)
    (folder / "go").touch()
    ended = wait_for(folder, None, None, stopped=lambda: False)
    assert isinstance(ended, Exited)
    assert ended.exit_code == 5


def test_a_shim_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    # The guard: the worker hears of it and ends the agent in order.
    folder = tmp_path / "guard"
    started = sleep_in(folder)
    os.kill(started.pid, signal.SIGKILL)
    ended = wait(folder, started)
    assert isinstance(ended, Exited)
    assert (ended.ending, ended.exit_code) == (Ending.STOPPED, -signal.SIGTERM)
    assert ended.problem == "was ended because its shim was killed"
    assert sleeping(folder) == []

    # The worker: the guard ends what is left, the agent being dead by the kernel's doing.
    folder = tmp_path / "worker"
    started = sleep_in(folder)
    psutil.Process(started.pid).children()[0].kill()
    ended = wait(folder, started)
    assert isinstance(ended, Exited)
    assert ended.problem == "was ended because its shim was ended by SIGKILL"
    assert sleeping(folder) == []

    # Both, and the agent at that moment: what is left is found by its marker.
    folder = tmp_path / "both"
    keep = "trap '' TERM HUP; (setsid sh -c 'trap \"\" TERM; sleep 60; :' \"$0\" &) ; sleep 60; :"
    started = start_execution(spec(folder, "sh", "-c", keep, str(folder)))
    until(lambda: len(sleeping(folder)) == 2)
    guard = psutil.Process(started.pid)
    (worker,) = guard.children()
    guard.suspend()
    worker.kill()
    guard.kill()
    assert wait(folder, started) == Gone()
    assert end_execution(folder, started.pid, started.token, "run-1:turn-1", grace=0.1) == Gone()
    assert sleeping(folder) == []
    assert not is_alive(started.pid, started.token)


def test_what_ended_is_told_in_words_and_a_torn_file_is_no_end(tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    ended = wait(folder, start_execution(spec(folder, "no\n“such”\t😀 command")))
    assert isinstance(ended, Exited)
    assert (ended.ending, ended.exit_code) == (Ending.COULD_NOT_RUN, None)
    assert ended.problem == "could not be run: “no\n“such”\t😀 command” was not found in PATH"
    for torn in ('{"ending": "exi', "", "[]", '{"ending": "other"}'):
        (folder / "exit.json").write_text(torn)
        assert look_at(folder, None, None) == Gone()
    (folder / "exit.json").unlink()
    assert look_at(folder, None, None) == Gone()
    # Nothing has ended there, so it may be begun again.
    ended = wait(folder, start_execution(spec(folder, "sh", "-c", "kill -KILL $$")))
    assert isinstance(ended, Exited)
    assert (ended.exit_code, ended.problem) == (-signal.SIGKILL, "was ended by SIGKILL")


def test_a_wait_ends_at_once_with_the_turn(tmp_path: Path) -> None:
    late = []
    for name in "abc":
        folder = tmp_path / name
        started = start_execution(spec(folder, "sh", "-c", "sleep 0.03; date +%s.%N"))
        wait(folder, started)
        late.append(time.time() - float((folder / "log").read_text()))
    assert min(late) < 0.1


def test_limits_hold_without_anybody_waiting(tmp_path: Path) -> None:
    folder = tmp_path / "turn"
    start_execution(spec(folder, *SLEEP, str(folder), seconds=0.1))
    until(lambda: (folder / "exit.json").exists())
    ended = wait_for(folder, None, None, stopped=lambda: False)
    assert isinstance(ended, Exited)
    assert ended.problem == "was ended after 0.1 seconds, its time limit"
    assert sleeping(folder) == []


def test_a_shim_loads_nothing_that_takes_time() -> None:
    code = "import sys; from planner.runs import shim; print(*sys.modules)"
    command = [sys.executable, "-ISc", f"import sys; sys.path.append({str(ROOT)!r}); {code}"]
    loaded = set(subprocess.run(command, capture_output=True, text=True).stdout.split())
    assert "planner.runs.shim" in loaded
    slow = {"typing", "re", "enum", "signal", "json", "pathlib", "subprocess", "contextlib"}
    assert loaded.isdisjoint(slow | {"msgspec", "psutil", "collections", "store"})
    assert len(loaded) < 60


def test_what_can_not_be_started_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="could not be started in"):
        start_execution(spec(tmp_path / "file" / "turn", "true"))
    with pytest.raises(Refused, match="NUL"):
        start_execution(spec(tmp_path / "turn", "sh", "-c", "a\0b"))
    assert start_token(0) is None


def test_a_turn_waits_for_the_worktree_that_git_adds(tmp_path: Path) -> None:
    # What git keeps of a worktree elsewhere is all that tells whether it is whole.
    tree, own = tmp_path / "tree", tmp_path / "own"
    folders = [tmp_path / name for name in ("first", "second", "third")]
    own.mkdir()
    (own / "index").touch()
    (own / "locked").write_text("initializing")
    with alone(tree):
        started = [
            start_execution(spec(f, "sh", "-c", "pwd", cwd=tree, after=lock_of(tree)))
            for f in folders
        ]
        until(lambda: all((f / "alive.lock").stat().st_size for f in folders))
        # One is told to end while it waits.
        os.kill(started[2].pid, signal.SIGTERM)
        assert isinstance(wait(folders[2], started[2]), Gone)
        assert isinstance(look_at(folders[0], None, None), Running)
        tree.mkdir()
        (tree / ".git").write_text(f"gitdir: {own}\n")
    # Git was killed: no agent begins in half a worktree, and the turn has not been run.
    for folder, one in zip(folders[:2], started, strict=False):
        assert isinstance(wait(folder, one), Gone)
        assert (folder / "alive.lock").stat().st_size == 0
        assert not (folder / "log").exists()
    (own / "locked").unlink()
    again = start_execution(spec(folders[0], "sh", "-c", "pwd", cwd=tree, after=lock_of(tree)))
    ended = wait(folders[0], again)
    assert isinstance(ended, Exited)
    assert (folders[0] / "log").read_text() == f"{tree}\n"

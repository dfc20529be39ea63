"""Whether a supervisor lives is the kernel's to tell."""

import subprocess
import threading
from pathlib import Path

from planner.runs.folders import RunFolders
from planner.runs.supervisors import Lock, Supervisors

RUN = "a-run"


class Started(Supervisors):
    """Starts nothing; counts how often it would."""

    def __init__(self, root: Path) -> None:
        super().__init__(RunFolders(root / "runs"), "plan.db")
        self.count = 0

    def _start(self, command: list[str], run_id: str, lock: int) -> None:
        self.count += 1


def test_a_supervisor_is_started_only_where_none_lives(tmp_path: Path) -> None:
    supervisors = Started(tmp_path)
    supervisors.ensure(RUN)
    assert supervisors.count == 1
    assert supervisors.folders.run(RUN).stat().st_mode & 0o777 == 0o700
    assert supervisors.folders.root.stat().st_mode & 0o777 == 0o700

    lock = Lock(supervisors.folders.lock(RUN))
    assert lock.take()
    lock.sign()
    with supervisors.unsupervised(RUN) as nobody:
        assert not nobody
    supervisors.ensure(RUN)
    assert supervisors.count == 1

    # What a supervisor starts has no part in its lock.
    # It reads until its input is closed, which is when the block ends, however that goes.
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False):
        lock.release()
        with supervisors.unsupervised(RUN) as nobody:
            assert nobody
        supervisors.ensure(RUN)
        assert supervisors.count == 2


def test_a_new_supervisor_waits_for_one_who_only_looks(tmp_path: Path) -> None:
    supervisors = Started(tmp_path)
    path = supervisors.folders.lock(RUN)
    looking, waiting = Lock(path), Lock(path)
    assert looking.take()
    assert not waiting.take()
    timer = threading.Timer(0.05, looking.release)
    timer.start()
    assert waiting.take(patience=60)
    timer.join()
    waiting.release()


def test_a_supervisor_is_found_from_anywhere(tmp_path: Path) -> None:
    supervisors = Started(tmp_path)
    assert Path(supervisors.database).is_absolute()
    assert Supervisors(supervisors.folders, "sqlite:///a/plan.db").database == "/a/plan.db"
    command = supervisors.command("-rf", 5)
    assert command[1] == "-P"
    assert command[-2:] == ["--", "-rf"]

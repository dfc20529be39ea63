"""Starting supervisors, and the lock that tells whether one lives.

Whoever wants something of a run records it in the database first and calls ``ensure`` then. The
lock is the kernel's (``flock``): it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from planner.runs.executions import ExecutionSpec
    from planner.runs.folders import RunFolders

LOCK_PATIENCE = 2.0
"""Seconds to wait for the lock while it is held by somebody who only looks."""

_LOOK_AGAIN = 0.005
_SIGNED = b"supervised\n"


class Lock:
    """A run's lock: a supervisor holds it, signed, from when it is started for as long as it lives.

    Others hold it unsigned while they look. Nothing that the holder starts inherits it, but for the
    supervisor it is handed to.
    """

    def __init__(self, path: Path, descriptor: int = -1) -> None:
        """Stand for the lock at ``path``; nothing is made yet.

        Args:
            path: The file that is locked.
            descriptor: Where it was handed to this process, held and signed.
        """
        self._path = path
        self.descriptor = descriptor
        if descriptor >= 0:
            os.set_inheritable(descriptor, False)

    def take(self, patience: float = 0.0) -> bool:
        """Take the lock; False when a supervisor holds it, or somebody else all that time.

        Args:
            patience: Seconds to go on trying while it is held by somebody who only looks.
        """
        if self.descriptor < 0:
            make_private_folder(self._path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self.descriptor = os.open(self._path, flags, 0o600)
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until or os.pread(self.descriptor, 1, 0):
                    os.close(self.descriptor)
                    self.descriptor = -1
                    return False
                time.sleep(_LOOK_AGAIN)
            else:
                os.ftruncate(self.descriptor, 0)  # a killed supervisor has signed it
                return True

    def sign(self) -> None:
        """Have it known that the lock is held by a supervisor."""
        os.pwrite(self.descriptor, _SIGNED, 0)

    def release(self) -> None:
        """Let the lock go; nothing where it isn't held."""
        if self.descriptor >= 0:
            os.ftruncate(self.descriptor, 0)
            # A child that is just about to become another program has the descriptor, too.
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            self.let_be()

    def let_be(self) -> None:
        """Leave the lock to the process it was handed to."""
        os.close(self.descriptor)
        self.descriptor = -1


class Beginning(NamedTuple):
    """What is begun of a new run while its supervisor only starts.

    Git adds its worktree, and the shim of its first turn, where that is written down already, waits
    for that. The supervisor finds both.
    """

    repository: Path
    path: Path
    branch: str
    commit: str
    turn: ExecutionSpec | None = None


class Supervisors:
    """Starts supervisors for the runs of one database.

    Attributes:
        folders: Where runs keep their files.
        database: The path of the database, absolute.
    """

    def __init__(self, folders: RunFolders, database: str) -> None:
        """See to the runs of ``database`` whose files are in ``folders``."""
        from store.open import local_path  # a supervisor holds its lock before it loads that

        self.folders = folders
        self.database = os.path.abspath(local_path(database))  # noqa: PTH100  (a link stays one)

    def ensure(self, run_id: str, beginning: Beginning | None = None) -> None:
        """See to it that a supervisor looks at what the database says of a run by now.

        One that lives looks once more after it has let go of its lock, so nothing recorded before
        this call is missed. What a killed one leaves is taken up by ``reconcile.look_after``.

        Args:
            run_id: The run; what is wanted of it is recorded already.
            beginning: What can be begun at once, if it is as new as that.
        """
        lock = Lock(self.folders.lock(run_id))
        if not lock.take(LOCK_PATIENCE):
            return
        lock.sign()
        try:
            if beginning is not None:
                _begin(beginning)
            self._start(self.command(run_id, lock.descriptor), run_id, lock.descriptor)
        except BaseException:
            lock.release()
            raise
        lock.let_be()

    def _start(self, command: list[str], run_id: str, lock: int) -> None:
        from planner.runs.processes import start_detached

        # An agent that starts a run must not take its supervisor along when it ends.
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PLANNER_")}
        log = self.folders.supervisor_log(run_id)
        start_detached(command, log=log, environ=environ, inherits=(lock,))

    def command(self, run_id: str, lock: int) -> list[str]:
        """Return the argument list that starts a run's supervisor; the lock is handed to it.

        By its path and with ``-P``, so that a folder called ``planner`` where the person happens to
        be is not taken for this program.
        """
        script = str(Path(__file__).with_name("supervisor.py"))
        return [
            *(sys.executable, "-P", script, "--db", self.database),
            *("--runs-folder", str(self.folders.root), "--lock", str(lock)),
            *("--", run_id),
        ]

    @contextmanager
    def unsupervised(self, run_id: str) -> Iterator[bool]:
        """Tell whether no supervisor lives; if so, none begins within the block.

        Args:
            run_id: Whose supervisor.
        """
        lock = Lock(self.folders.lock(run_id))
        try:
            yield lock.take()
        finally:
            lock.release()


def _begin(first: Beginning) -> None:
    from planner.errors import Refused
    from planner.runs.executions import start_execution
    from planner.runs.worktrees import begin_to_add

    try:
        begin_to_add(first.repository, first.path, first.branch, first.commit)
        if first.turn is not None:
            start_execution(first.turn)
    except (Refused, OSError):
        return  # the supervisor begins it, where there is somebody to tell


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone."""
    if path.is_dir():
        return
    make_private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)

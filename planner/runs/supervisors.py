"""Where runs are done: who wants something of one records it first, and then sees to a supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.runs.folders import RunFolders


class Supervisors:
    """Starts the process that drives a run, unless one lives already.

    Attributes:
        folders: Where runs keep their files.
    """

    def __init__(self, folders: RunFolders, database: str) -> None:
        """See to the runs of a database.

        Args:
            folders: Where runs keep their files.
            database: The path of the plan's file.
        """
        self.folders = folders
        self._database = database

    def ensure(self, run_id: str) -> None:
        """Start a supervisor for a run, detached, unless one holds its lock.

        Args:
            run_id: The run that there is something to do for.
        """
        import fcntl
        import subprocess
        import sys

        lock = self.folders.lock(run_id)
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        with self.folders.supervisor_log(run_id).open("ab") as log:
            subprocess.Popen(  # noqa: S603  (this program, and an argument list)
                [
                    sys.executable,
                    "-m",
                    "planner.runs.supervisor",
                    "--db",
                    self._database,
                    "--runs-folder",
                    str(self.folders.root),
                    run_id,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

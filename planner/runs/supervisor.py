"""The supervisor: the process that drives one run, as far as it goes without a person, and ends.

It is started by its path (``Supervisors.ensure``), detached, with the run's lock handed to it. What
it prints is in the run's folder.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # Started by its path, it finds its own packages, wherever they are installed.
    _ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    if _ROOT not in sys.path:
        sys.path.insert(0, _ROOT)


def main(arguments: list[str]) -> int:
    """Drive the run that the arguments of ``Supervisors.command`` name; return the exit code."""
    database, runs_folder, handed, run_id = _read(arguments)
    from pathlib import Path

    from planner.runs.folders import RunFolders
    from planner.runs.supervisors import LOCK_PATIENCE, Lock, Supervisors

    folders = RunFolders(Path(runs_folder))
    lock = Lock(folders.lock(run_id), handed)
    if handed < 0:
        if not lock.take(LOCK_PATIENCE):
            return 0  # another is there
        lock.sign()

    if not Path(database).exists():
        return 0  # the plan was deleted; another must not be made in its place

    from planner.runs.drive import Drive
    from planner.runs.reconcile import has_work
    from planner.runs.work import Work, patiently
    from store.open import open_store

    def is_wanted() -> bool:
        with db.connection():
            return has_work(db, run_id)

    db = patiently(lambda: open_store(database))
    supervisors = Supervisors(folders, database)
    while True:
        work = Work(db, folders, supervisors.database, run_id)
        Drive(work, supervisors).go()
        lock.release()
        # Whoever found the lock taken until now relies on this look.
        if not patiently(is_wanted) or not lock.take(LOCK_PATIENCE):
            return 0
        lock.sign()


def _read(arguments: list[str]) -> tuple[str, str, int, str]:
    """Return the database, the runs' folder, the lock's descriptor, and the run."""
    options = {"--db": 1, "--runs-folder": 1, "--lock": 1}
    found: dict[str, list[str]] = {name: [] for name in options}
    rest = [*arguments]
    while rest and rest[0] in options:
        count = options[rest[0]]
        found[rest[0]], rest = rest[1 : 1 + count], rest[1 + count :]
    if len(rest) != 2 or rest[0] != "--" or not found["--db"] or not found["--runs-folder"]:
        sys.exit("usage: supervisor.py --db PATH --runs-folder PATH -- RUN")
    handed = int(*found["--lock"]) if found["--lock"] else -1
    return found["--db"][0], found["--runs-folder"][0], handed, rest[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

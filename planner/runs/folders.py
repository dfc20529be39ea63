"""Where runs keep what is not in the database: worktrees, logs, reports, copies of repositories.

Everything lies below one folder of the user's state directory, mode 0700. No name in it is made
from a title, so that none can be hostile or too long.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class RunFolders(msgspec.Struct, frozen=True):
    """The folder of all runs, and the paths below it; asking for a path makes nothing.

    Attributes:
        root: ``runs`` in the user's state directory.
    """

    root: Path

    def run(self, run_id: str) -> Path:
        """Return a run's own folder."""
        return self.root / run_id

    def lock(self, run_id: str) -> Path:
        """Return the file a run's supervisor holds locked for as long as it lives."""
        return self.run(run_id) / "supervisor.lock"

    def supervisor_log(self, run_id: str) -> Path:
        """Return the file with what a run's supervisors print: nothing, unless one breaks."""
        return self.run(run_id) / "supervisor.log"

    def worktree(self, run_id: str, name: str) -> Path:
        """Return an assignment's worktree; ``name`` is its card's number, or ``integration``."""
        return self.run(run_id) / "worktrees" / name

    def execution(self, run_id: str, execution_id: str) -> Path:
        """Return the folder of one turn of an agent."""
        return self.run(run_id) / "executions" / execution_id

    def check_log(self, run_id: str, check_id: str) -> Path:
        """Return the file with all that a check printed."""
        return self.run(run_id) / "checks" / f"{check_id}.log"

    def clone(self, repo_url: str) -> Path:
        """Return the bare repository that stands for one known by its URL."""
        import hashlib

        return (
            self.root / "repositories" / f"{hashlib.sha256(repo_url.encode()).hexdigest()[:20]}.git"
        )

    def setup_log(self, run_id: str, name: str) -> Path:
        """Return the file with what was printed while a worktree was made ready.

        ``name`` is its assignment's id, ``integration`` or ``merge``.
        """
        return self.run(run_id) / "setup" / f"{name}.log"

    def copied(self, run_id: str, name: str) -> Path:
        """Return the list of files that were copied into a worktree: they are nobody's work."""
        return self.run(run_id) / "setup" / f"{name}.copied.json"


def report_file(folder: Path) -> Path:
    """Return where a turn's report is expected, in a folder of its own below the turn's.

    Some agents must be let into that folder, and nothing else is in it.
    """
    return folder / "report" / "report.json"

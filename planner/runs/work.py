"""What a supervisor works with: the run it drives, as it stands, and what it was started with."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from planner.runs.agents import AgentProfile, agent_environment, profile_from_json
from planner.runs.folders import RunFolders
from planner.runs.policy import Policy, policy_from_json
from planner.runs.repository import is_url, open_repository
from store.adapter import DbAdapter
from store.errors import DatabaseBusy, RowMissing
from store.records import CardAssignment, OrchestrationRun

if TYPE_CHECKING:
    from planner.runs.paths import Verdict

BUSY_PAUSE = 1.0
"""Seconds between two tries while another program keeps the database from us."""

RECHECK = "recheck"
"""The kind of a next turn that is none: the checks are run again, and the agent is told nothing."""

T = TypeVar("T")


class Stopped(Exception):
    """The run is to be cancelled, or was deleted: whoever works for it ends what it has begun."""


class Looked(NamedTuple):
    """What collecting found in a worktree, for the checks that follow at once.

    ``is_clean`` says that nothing is in it but its commit, ``verdict`` what the paths came to.
    """

    commit: str
    is_clean: bool
    verdict: Verdict


class Work:
    """The run a supervisor drives, and what it does it with.

    Attributes:
        db: The open plan.
        folders: Where runs keep their files.
        database: The path of the plan's database.
        environ: The environment the supervisor was started in.
        run_id: The run.
        stopped: Whether the run is to be cancelled, or has been deleted.
        looked: What was just found in an assignment's worktree, by the assignment's id.
    """

    def __init__(self, db: DbAdapter, folders: RunFolders, database: str, run_id: str) -> None:
        """Work for a run, in this process's environment."""
        self.db = db
        self.folders = folders
        self.database = database
        self.run_id = run_id
        self.environ: Mapping[str, str] = dict(os.environ)
        self.stopped: Callable[[], bool] = lambda: False
        self.looked: dict[str, Looked] = {}

    def run(self) -> OrchestrationRun:
        """Return the run as it stands. Raises ``RowMissing`` when it was deleted."""
        run = self.db.get(OrchestrationRun, self.run_id)
        if run is None:
            raise RowMissing(f"There is no run {self.run_id}: it was deleted.")
        return run

    def assignment(self, assignment_id: str) -> CardAssignment:
        """Return an assignment as it stands. Raises ``RowMissing`` when it was deleted."""
        assignment = self.db.get(CardAssignment, assignment_id)
        if assignment is None:
            raise RowMissing(f"There is no assignment {assignment_id}: it was deleted.")
        return assignment

    @cached_property
    def policy(self) -> Policy:
        """What the run is held to, as it was when it was started."""
        return policy_from_json(self.run().system_policy_snapshot)

    @cached_property
    def agent(self) -> AgentProfile:
        """Who builds, as it was configured when the run was started."""
        return profile_from_json(self.run().run_input_snapshot["agent"])

    def repository(self) -> Path:
        """Return the repository, without asking for anything new where it is a copy of a URL."""
        url = self.run().repo_url
        if is_url(url) and (clone := self.folders.clone(url)).is_dir():
            return clone
        return open_repository(url, self.folders)

    def agent_environ(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of the agent, and of what is run for it."""
        return agent_environment(self.agent, self.environ, extra)

    def agent_seconds(self) -> float:
        """Return how long one turn may take: the policy's limit, or less where the agent has it."""
        limit = self.policy.limits.agent_minutes
        return 60 * min(limit, self.agent.minutes or limit)

    def log_bytes(self) -> int:
        """Return how long a log may get."""
        return self.policy.limits.log_megabytes * 1_000_000

    def marker(self, *names: str) -> str:
        """Return what marks processes of this run: all of them bear its id first."""
        return ":".join((self.run_id, *names))


def patiently(do: Callable[[], T], stopped: Callable[[], bool] = lambda: False) -> T:
    """Do what can be done again, until another program lets go of the database.

    Args:
        do: What to do; it goes by what the database says, so that doing it twice is once.
        stopped: Asked between two tries whether to give up.

    Raises:
        DatabaseBusy: It was held, and ``stopped`` says to give up.
    """
    while True:
        try:
            return do()
        except DatabaseBusy as busy:
            if stopped():
                raise
            sys.stderr.write(f"{busy}\n")
            time.sleep(BUSY_PAUSE)

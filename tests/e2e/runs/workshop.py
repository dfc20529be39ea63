"""A workshop for runs: a real repository with a bare remote, a plan, a policy, agents that are
real executables. Everything is driven through what screens and commands call; supervisors, shims,
agents and git are processes of their own.

    with workshop(tmp_path) as shop:
        card = shop.card("Sign in", planned=["src/sign_in.txt"])
        run_id = shop.start(card, shop.agent("builder", "echo done > src/sign_in.txt"))
        run = shop.rest(run_id)
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from planner.actions import Planner
from planner.batch import new_id
from planner.projects import create_project
from planner.runs.agents import AgentProfile
from planner.runs.folders import RunFolders
from planner.runs.policy import Limits, Policy, save_policy
from planner.runs.start import start_card_run, start_workflow_run
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.open import open_store
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    CheckType,
    EventLog,
    OrchestrationRun,
    RunCheck,
)
from tests.planner.plans import request
from tests.planner.runs.repositories import make_repository, run_git, tip
from tests.store.fresh import migrated

FILES = {
    "README.md": "# Lantern\n",
    "src/list.txt": "nothing yet\n",
    "secrets/key": "x\n",
    ".github/workflow.yml": "on: push\n",
    ".gitignore": "*.log\nbuild/\n",
    # What the check unit runs: it fails where somebody has written BROKEN.
    "check.sh": "! grep -r BROKEN src\n",
}
"""What the repository begins with."""

POLICY = Policy(
    required_checks=(CheckType.POLICY, CheckType.UNIT),
    check_commands={"unit": ("sh", "./check.sh")},
    protected_paths=(".github/",),
    forbidden_paths=("secrets/",),
    limits=Limits(agents_at_once=8),
)

OVER = (BuildState.FAILED, BuildState.COMPLETED, BuildState.CANCELLED, BuildState.BLOCKED)
"""The states in which no supervisor has anything to do."""

PATIENCE = 60.0

Condition = Callable[[OrchestrationRun], object]


def run_until(
    db: DbAdapter, run_id: str, condition: Condition, seconds: float = PATIENCE
) -> OrchestrationRun:
    """Wait until the run is as it should be, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        run = db.get(OrchestrationRun, run_id)
        assert run is not None
        if condition(run):
            return run
        if time.monotonic() > deadline:
            happened = [event.event_type for event in db.list(EventLog, run_id=run_id)]
            pytest.fail(f"the run stays {run.status} ({run.step}, {run.reason}) after {happened}")
        time.sleep(0.01)


def processes_of(run_id: str) -> list[psutil.Process]:
    """Return all living processes of a run: its agents' and its checks', not its supervisors'."""
    found = []
    for process in psutil.process_iter():
        try:
            mark = process.environ().get("PLANNER_PROCESS", "")
            if mark == run_id or mark.startswith(f"{run_id}:"):
                found.append(process)
        except psutil.Error:
            continue
    return found


class Workshop:
    """A plan whose project has a repository, and the means to build its cards."""

    def __init__(self, root: Path, db: DbAdapter, policy: Policy = POLICY) -> None:
        """Make everything below ``root``, where a name has a space in it."""
        self.root, self.db = root, db
        self.repository = make_repository(root / "the repository", FILES)
        # A test has a home of its own, other than the workshop's: the repository knows who commits.
        for name, value in (("user.name", "Ana"), ("user.email", "ana@example.org")):
            run_git(self.repository, "config", name, value)
        self.remote = root / "remote.git"
        run_git(root, "clone", "--quiet", "--bare", str(self.repository), str(self.remote))
        run_git(self.repository, "remote", "add", "origin", str(self.remote))
        run_git(self.repository, "fetch", "--quiet", "origin")
        self.base = tip(self.repository)
        self.folders = RunFolders(root / "state" / "runs")
        self.supervisors = Supervisors(self.folders, str(root / "plan.db"))
        self.project_id = create_project(db, "Lantern", actor="ana").id
        self._numbers = count(1)
        self.apply(
            request("updateProject", repo_url=str(self.repository)),
            request("createWorkflow", id="flow", title="Reading"),
            request("createActivity", {"workflow_id": "flow"}, id="step", title="List"),
        )
        self.policy(policy)

    def apply(self, *requests: Any, actor: str = "ana") -> None:
        """Change the plan."""
        Planner(self.db, actor=actor).apply(self.project_id, requests)

    def policy(self, policy: Policy) -> None:
        """Hold the project's next runs to this."""
        save_policy(self.db, self.project_id, policy, actor="ana")

    def card(
        self, title: str = "Sign in", *, planned: Sequence[str] = (), workflow: str = "flow"
    ) -> str:
        """Add a finalized card, which plans these files; return its id."""
        card_id = f"card-{next(self._numbers)}"
        activity = "step" if workflow == "flow" else f"{workflow}-step"
        if workflow != "flow" and not self.db.count(Card, workflow_activity_id=activity):
            self.apply(
                request("createWorkflow", id=workflow, title=workflow),
                request("createActivity", {"workflow_id": workflow}, id=activity, title="Step"),
            )
        target = {"card_id": card_id}
        know = {"kind": "requirement", "text": "It must be there.", "status": "approved"}
        requests = [
            request("createCard", {"workflow_activity_id": activity}, id=card_id, title=title),
            request("upsertCardKnowledgeItem", target, **know),
        ]
        for path in planned:
            file_id = new_id()
            about = {"artifact_kind": "util", "action": "create", "intent_summary": "Holds it."}
            named = {"id": file_id, "logical_file_name": path, **about}
            requests.append(request("upsertCardPlannedFile", target, **named))
            requests.append(request("approveCardPlannedFile", target, id=file_id))
        self.apply(*requests, request("finalizeCard", target))
        return card_id

    def agent(self, name: str, script: str, **profile: Any) -> AgentProfile:
        """Write an agent; without a ``#!`` line it is for the shell, and ends where it fails.

        It stands in its worktree, reads its prompt, and finds ``$PLANNER_REPORT``.
        """
        path = self.root / "agents" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(script if script.startswith("#!") else f"#!/bin/sh\nset -e\n{script}\n")
        path.chmod(0o755)
        return AgentProfile(**{"name": name, "command": (str(path),), **profile})

    def start(self, card_id: str, agent: AgentProfile, *, actor: str = "ana") -> str:
        """Start a run of a card; return its id."""
        return start_card_run(
            self.db, card_id, agent=agent, actor=actor, supervisors=self.supervisors
        ).id

    def start_workflow(self, workflow: str, agent: AgentProfile, *, actor: str = "ana") -> str:
        """Start a run of a workflow; return its id."""
        return start_workflow_run(
            self.db, workflow, agent=agent, actor=actor, supervisors=self.supervisors
        ).id

    def build(self, script: str, *, planned: Sequence[str] = (), **profile: Any) -> str:
        """Have a new card built by such an agent; return the run's id once nothing is done."""
        run_id = self.start(self.card(planned=planned), self.agent(new_id(), script, **profile))
        self.rest(run_id)
        return run_id

    def rest(self, run_id: str, seconds: float = PATIENCE) -> OrchestrationRun:
        """Wait until a run is over or waits for a person, and its supervisor has ended."""

        def rests(run: OrchestrationRun) -> bool:
            if run.status not in OVER:
                return False
            with self.supervisors.unsupervised(run_id) as nobody:
                return nobody

        return run_until(self.db, run_id, rests, seconds)

    def run(self, run_id: str) -> OrchestrationRun:
        run = self.db.get(OrchestrationRun, run_id)
        assert run is not None
        return run

    def assignment(self, run_id: str) -> CardAssignment:
        """Return the only assignment of a run."""
        (assignment,) = self.db.list(CardAssignment, run_id=run_id)
        return assignment

    def worktree(self, run_id: str) -> Path:
        return Path(self.assignment(run_id).worktree_path or "")

    def card_of(self, run_id: str) -> Card:
        card = self.db.get(Card, self.assignment(run_id).card_id)
        assert card is not None
        return card

    def turns(self, run_id: str) -> list[AgentExecution]:
        return self.db.list(AgentExecution, assignment_id=self.assignment(run_id).id)

    def log(self, run_id: str) -> str:
        """Return what the last turn printed."""
        return Path(self.turns(run_id)[-1].log_path or "").read_text(errors="replace")

    def checks(self, run_id: str) -> dict[str, str]:
        """Return what each check came to, the last time it ran."""
        found = self.db.list(RunCheck, run_id=run_id)
        return {check.check_type.value: check.status.value for check in found}

    def events(self, run_id: str) -> list[str]:
        return [event.event_type for event in self.db.list(EventLog, run_id=run_id)]

    def files(self, run_id: str, commit: str | None = None) -> dict[str, str]:
        """Return what a run's branch changes from where it began: ``A``, ``M``, ``D`` … by path."""
        assignment = self.assignment(run_id)
        where = commit or assignment.feature_branch
        said = run_git(
            self.repository, "diff", "--no-renames", "--name-status", self.base, where, "--"
        )
        return {path: kind for kind, path in (line.split("\t") for line in said.splitlines())}

    def untouched(self) -> bool:
        """Say whether the person's own checkout and branch are as they were."""
        return (
            run_git(self.repository, "status", "--porcelain") == ""
            and run_git(self.repository, "branch", "--show-current") == "main"
            and tip(self.repository) == self.base
        )


@contextmanager
def workshop(root: Path, policy: Policy = POLICY) -> Iterator[Workshop]:
    """Make a workshop; its home, and so its git, is nobody's. What still runs is ended with it."""
    with pytest.MonkeyPatch.context() as patch:
        home = root / "home"
        home.mkdir(parents=True)
        patch.setenv("HOME", str(home))
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        for name in [name for name in os.environ if name.startswith(("GIT_", "PLANNER_"))]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        (home / ".gitconfig").write_text("[user]\n\tname = Ana\n\temail = ana@example.org\n")
        path = root / "plan.db"
        path.write_bytes(migrated())
        db = open_store(path)
        with db.connection():
            shop = Workshop(root, db, policy)
            try:
                yield shop
            finally:
                for run in db.list(OrchestrationRun):
                    for process in processes_of(run.id):
                        process.kill()

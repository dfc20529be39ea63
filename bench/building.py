"""Something to build: a repository, a plan with finalized cards, agents that are real programs."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from planner import requests as ask
from planner.actions import Planner
from planner.batch import new_id
from planner.projects import create_project
from planner.runs.agents import AgentProfile
from planner.runs.folders import RunFolders
from planner.runs.open_runs import OPEN
from planner.runs.policy import Limits, Policy, save_policy
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.open import open_store
from store.records import BuildState, CheckType, OrchestrationRun

FILES, FOLDERS, LINES = 2_000, 100, (20, 220)
"""How big the repository is that things are built in."""

AT_ONCE = 4
"""Agents at work at once."""

PATIENCE = 120.0

_CHECK = "test -f README.md\n"


class Building:
    """A repository, a plan whose project has it, and what runs them."""

    def __init__(self, folder: Path, database: Path, db: DbAdapter, runs: Path) -> None:
        """Build below ``folder``, with the plan in ``db``; runs keep their files in ``runs``."""
        self.folder, self.database, self.db = folder, database, db
        self.repository = folder / "repository"
        make_repository(self.repository)
        self.base = git(self.repository, "rev-parse", "HEAD").strip()
        self.supervisors = Supervisors(RunFolders(runs), str(database))
        self.project_id = create_project(db, "Building", actor="bench").id
        self.apply([ask.UpdateProject(payload=ask.ProjectChange(repo_url=str(self.repository)))])
        checks = (CheckType.UNIT, CheckType.INTEGRATION)
        policy = Policy(
            required_checks=checks,
            check_commands={check.value: ("sh", "./check.sh") for check in checks},
            limits=Limits(agents_at_once=AT_ONCE),
        )
        save_policy(db, self.project_id, policy, actor="bench")

    def apply(self, actions: Sequence[ask.Action]) -> None:
        """Change the plan."""
        Planner(self.db, actor="bench").apply(self.project_id, actions)

    def cards(self, count: int) -> tuple[str, list[str]]:
        """Add a workflow of finalized cards; returns its id and theirs."""
        workflow, activity = new_id(), new_id()
        cards = [new_id() for _ in range(count)]
        self.apply([*_actions(workflow, activity, cards)])
        return workflow, cards

    def agent(self, name: str, script: str, *arguments: str) -> AgentProfile:
        """Write an agent for the shell."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return AgentProfile(name=name, command=(str(path), *arguments))

    def rest(self, run_id: str, *states: BuildState) -> OrchestrationRun:
        """Wait until nothing is done for a run any more, and its supervisor has ended.

        Raises:
            RuntimeError: It came to another end than one of ``states``.
        """
        run = self.until(run_id, (BuildState.BLOCKED, BuildState.FAILED, BuildState.CANCELLED))
        while not _is_unsupervised(self.supervisors, run_id):
            time.sleep(0.002)
        if run.status not in states:
            raise RuntimeError(f"the run {run.status}: {run.reason}")
        return run

    def until(self, run_id: str, states: Sequence[BuildState]) -> OrchestrationRun:
        """Wait until a run is so far."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            run = self.db.get(OrchestrationRun, run_id)
            if run is not None and run.status in states:
                return run
            time.sleep(0.002)
        raise TimeoutError(f"the run {run_id} goes on")

    def open_runs(self) -> list[OrchestrationRun]:
        """Return the runs that are not over."""
        return self.db.list(OrchestrationRun, status=OPEN)


@contextmanager
def building(
    folder: Path, database: Path | None = None, runs: Path | None = None
) -> Iterator[Building]:
    """Make something to build, with a home of its own, so that no git config has a say."""
    before = dict(os.environ)
    home = folder / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Sam\n\temail = sam@example.org\n")
    os.environ.update(HOME=str(home), GIT_CONFIG_NOSYSTEM="1")
    try:
        database = database or folder / "plan.db"
        db = open_store(database)
        with db.connection():
            yield Building(folder, database, db, runs or folder / "runs")
    finally:
        os.environ.clear()
        os.environ.update(before)


def make_repository(folder: Path) -> None:
    """Make a repository of ``FILES`` files that look like source, with one commit."""
    dice = random.Random(11)
    for number in range(FILES):
        place = folder / f"src/part{number % FOLDERS:02}" / f"module_{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            "".join(f"value_{n} = {dice.random()}\n" for n in range(dice.randrange(*LINES)))
        )
    (folder / "README.md").write_text("# Building\n")
    (folder / "check.sh").write_text(_CHECK)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    git(folder, "repack", "-a", "-d", "--quiet")


def git(folder: Path, *arguments: str) -> str:
    """Call git by hand."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]}: {done.stderr}")
    return done.stdout


def _is_unsupervised(supervisors: Supervisors, run_id: str) -> bool:
    with supervisors.unsupervised(run_id) as nobody:
        return nobody


def _actions(workflow: str, activity: str, cards: Sequence[str]) -> Iterator[ask.Action]:
    yield ask.CreateWorkflow(payload=ask.NewWorkflow(id=workflow, title=f"Work {workflow[-4:]}"))
    yield ask.CreateActivity(
        target_ref=ask.WorkflowTarget(workflow_id=workflow),
        payload=ask.NewActivity(id=activity, title="Step"),
    )
    for number, card in enumerate(cards):
        target = ask.CardTarget(card_id=card)
        yield ask.CreateCard(
            target_ref=ask.ActivityTarget(workflow_activity_id=activity),
            payload=ask.NewCard(id=card, title=f"Show part {number} in the reading list"),
        )
        yield ask.UpsertCardKnowledgeItem(
            target_ref=target,
            payload=ask.KnowledgeUpsert(
                kind="requirement", text="It is shown below the title.", status="approved"
            ),
        )
        yield ask.FinalizeCard(target_ref=target)

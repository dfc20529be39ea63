"""A run that was built and checked, against a real repository and a bare remote."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from planner.runs.folders import RunFolders
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    AgentRole,
    ApprovalRequest,
    BuildState,
    CardAssignment,
    CheckStatus,
    CheckType,
    EventLog,
    OrchestrationRun,
    PullRequestCandidate,
    RunCheck,
    RunScope,
    SystemPolicyProfile,
    TriggerType,
)
from tests.planner.plans import Plan, in_activity, request

BRANCH = "planner/1-sign-in-abc123"
TITLE = 'Sign "in"; $(touch /tmp/pwned) `x` Fixes #7 @ana\n\x1b[31m--all'
POLICY = {"required_checks": ["unit"], "check_commands": {"unit": ["true"]}}


def git(repository: Path, *arguments: str, given: str | None = None) -> str:
    """Call git, which must work."""
    return subprocess.run(
        ["git", "-C", str(repository), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            **{f"GIT_{who}_NAME": "Ana" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ana@example.org" for who in ("AUTHOR", "COMMITTER")},
        },
    ).stdout.strip()


def commit(repository: Path, name: str, text: str) -> str:
    """Write a file, commit it on what is checked out, and return the commit."""
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", f"Write {name}")
    return git(repository, "rev-parse", "HEAD")


@cache
def _template() -> Path:
    """Make a repository once: main, and a branch that builds a card."""
    folder = Path(mkdtemp(prefix="planner-repository-"))
    repository = folder / "repository"
    # Without what git puts into every new one, a copy is made in a third of the time.
    git(folder, "init", "--quiet", "--template=", "--initial-branch=main", str(repository))
    commit(repository, "README.md", "Hello.\n")
    git(repository, "checkout", "--quiet", "-b", BRANCH)
    commit(repository, "sign in.py", "print('signed in')\n")
    git(repository, "checkout", "--quiet", "main")
    remote = str(folder / "remote.git")
    git(folder, "clone", "--quiet", "--bare", "--template=", str(repository), remote)
    git(folder / "remote.git", "branch", "--quiet", "-D", "--", BRANCH)
    git(folder / "remote.git", "remote", "remove", "origin")
    return folder


class FakeSupervisors(Supervisors):
    """Keeps in mind for which runs a supervisor was wanted."""

    def __init__(self, folders: RunFolders) -> None:
        super().__init__(folders, "plan.db")
        self.wanted: list[str] = []

    def ensure(self, run_id: str) -> None:
        self.wanted.append(run_id)


class Built:
    """A card's run whose checks passed at the head of its branch."""

    def __init__(self, db: DbAdapter, folder: Path, **policy: Any) -> None:
        shutil.copytree(_template(), folder, symlinks=True, dirs_exist_ok=True)
        self.db = db
        self.repository = folder / "repository"
        self.remote = folder / "remote.git"
        self.folders = RunFolders(folder / "runs")
        self.supervisors = FakeSupervisors(self.folders)
        self.run_id = "019abc-run-abc123"
        self.base = git(self.repository, "rev-parse", "main")
        self.head = git(self.repository, "rev-parse", BRANCH)
        self.plan = Plan(db)
        self.plan.build(workflows=1, activities=1, cards=0)
        self.add_card("c1", TITLE)
        self.add_run({**POLICY, **policy})
        self.assign("c1", BRANCH, self.head)
        self.add_check(self.head)

    def with_remote(self, url: str | None = None) -> None:
        """Give the repository a remote; a URL on GitHub is answered by the bare one."""
        git(self.repository, "remote", "add", "origin", url or str(self.remote))
        if url is not None:
            git(self.repository, "config", f"url.{self.remote}.insteadOf", url)

    def add_run(self, policy: dict[str, Any]) -> None:
        self.db.insert(
            SystemPolicyProfile(id="policy", project_id=self.plan.project_id, required_checks=[])
        )
        self.db.insert(
            OrchestrationRun(
                id=self.run_id,
                project_id=self.plan.project_id,
                scope=RunScope.CARD,
                card_id="c1",
                trigger_type=TriggerType.CARD,
                status=BuildState.RUNNING,
                initiated_by="ana",
                repo_url=str(self.repository),
                base_branch="main",
                base_commit=self.base,
                agent_profile="scripted",
                system_policy_profile_id="policy",
                system_policy_snapshot=policy,
                run_input_snapshot={},
            )
        )

    def add_card(self, card_id: str, title: str) -> None:
        self.plan.apply(request("createCard", in_activity("w1a1"), id=card_id, title=title))

    def assign(self, card_id: str, branch: str, head: str) -> None:
        """Add the assignment that built a card."""
        sequence = self.db.count(CardAssignment, run_id=self.run_id)
        self.db.insert(
            CardAssignment(
                id=f"of-{card_id}",
                run_id=self.run_id,
                card_id=card_id,
                agent_role=AgentRole.CODER,
                agent_profile="scripted",
                feature_branch=branch,
                allowed_paths=[],
                assignment_input_snapshot={
                    "requirements": [{"text": "Refuse ``spaces``.", "status": "approved"}],
                    "planned_files": [{"path": "sign in.py"}, {"path": "never.py"}],
                },
                status=BuildState.COMPLETED,
                base_commit=self.base,
                head_commit=head,
                sequence=sequence,
            )
        )
        self.db.insert(
            AgentExecution(
                id=f"turn-of-{card_id}",
                assignment_id=f"of-{card_id}",
                status=BuildState.COMPLETED,
                summary="Done.\n```\nFixes #1 @bob\n```",
            )
        )

    def add_check(
        self, commit: str, status: str = "passed", assignment: str | None = "of-c1"
    ) -> None:
        self.db.insert(
            RunCheck(
                id=self.plan.new_id(),
                run_id=self.run_id,
                check_type=CheckType.UNIT,
                status=CheckStatus(status),
                assignment_id=assignment,
                commit_sha=commit,
                command=["true"],
                seconds=0.5,
            )
        )

    @property
    def run(self) -> OrchestrationRun:
        run = self.db.get(OrchestrationRun, self.run_id)
        assert run is not None
        return run

    @property
    def candidate(self) -> PullRequestCandidate:
        (candidate,) = self.db.list(PullRequestCandidate, run_id=self.run_id)
        return candidate

    def requests(self) -> list[ApprovalRequest]:
        return self.db.list(ApprovalRequest, run_id=self.run_id)

    def events(self, beginning: str = "") -> Iterator[str]:
        """Return what happened, in order, as ``type actor``."""
        for event in self.db.list(EventLog, run_id=self.run_id):
            if event.event_type.startswith(beginning):
                yield f"{event.event_type} {event.actor}"

    def branch(self, name: str, repository: Path | None = None) -> str:
        return git(repository or self.repository, "rev-parse", f"refs/heads/{name}")

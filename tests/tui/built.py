"""A card that was built, without any agent: a real repository, and the rows that tell of it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.runs.folders import RunFolders
from planner.runs.supervisors import Supervisors
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    ApprovalType,
    BuildState,
    CardAssignment,
    CheckStatus,
    CheckType,
    OrchestrationRun,
    PullRequestCandidate,
    RunCheck,
    WaitsFor,
)
from tests.planner.plans import Plan
from tests.planner.runs.run_rows import add_run

NOW = "2026-01-31T08:00:00.000Z"

ENVIRON = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", NOW))
    },
}

APP = """\
\"\"\"Who may come in.\"\"\"

import time

LIMIT = 30


def sign_in(address, password):
    user = find(address)
    if user is None:
        return None
    if not user.knows(password):
        time.sleep(1)
        return None
    return Session(user, LIMIT)


def sign_out(session):
    session.end()


def find(address):
    return USERS.get(address.strip())


USERS = {}
"""

BASE: dict[str, str | bytes | None] = {
    "src/app.py": APP,
    "src/old_name.py": "".join(f"line {n}\n" for n in range(1, 30)),
    "src/gone.txt": "this goes\n",
    "docs/guide.md": "# Guide\n\nSign in with a password.\n",
    "scripts/check.sh": "#!/bin/sh\nexit 0\n",
    "logo.bin": b"\x00\x01\x02",
}

HEAD: dict[str, str | bytes | None] = {
    "src/app.py": APP.replace("LIMIT = 30", "LIMIT = 90  # days")
    .replace("        time.sleep(1)\n", "\ttime.sleep(2)   \n        log(address)\n")
    .replace("address.strip()", "address.strip().casefold()"),
    "src/old_name.py": None,
    "src/new_name.py": "".join(f"line {n}\n" for n in range(1, 30)).replace(
        "line 3\n", "line three\n"
    ),
    "src/gone.txt": None,
    "src/link/made.py": "def made():\n    return 'made'\n",
    "docs/guide.md": "# Guide\n\nSign in with a password, or with a link.",
    "scripts/check.sh": "#!/bin/sh\nexit 1\n",
    "logo.bin": b"\x00\x01\x03",
}


def git(repository: Path, *arguments: str) -> str:
    """Run git in a repository, whoever runs the tests."""
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(repository: Path, files: Mapping[str, str | bytes | None], message: str) -> str:
    """Write files, or delete those that are None, and commit all of it; returns the commit."""
    for name, content in files.items():
        path = repository / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", message)
    return git(repository, "rev-parse", "HEAD")


POLICY = {
    "required_checks": ["unit", "lint"],
    "protected_paths": ["scripts/"],
    "approval": {"approvers": ["ana", "ben"]},
}


class Built:
    """A repository with work on a branch, and a run's rows about it."""

    def __init__(
        self,
        repository: Path,
        base: Mapping[str, str | bytes | None] = BASE,
        head: Mapping[str, str | bytes | None] = HEAD,
    ) -> None:
        self.repository = repository
        repository.mkdir(parents=True)
        git(repository, "init", "-q", "-b", "main")
        self.base = commit(repository, base, "Begin")
        git(repository, "checkout", "-q", "-b", "planner/1-sign-in-abc123")
        self.head = commit(repository, head, "Let people in by a link")
        git(repository, "checkout", "-q", "main")

    def rows(self, plan: Plan, card_id: str = "w1a1c1", **run: Any) -> str:
        """Insert a run of the card that has passed its checks; returns the run's id."""
        db = plan.db
        values = {
            "repo_url": str(self.repository),
            "base_commit": self.base,
            "head_commit": self.head,
            "agent_profile": "scripted",
            "status": BuildState.BLOCKED,
            "waits_for": WaitsFor.APPROVAL,
            "created_at": NOW,
            "system_policy_snapshot": POLICY,
            **run,
        }
        run_id = add_run(plan, card_id, **values)
        planned = ["src/app.py", "src/link/made.py", "tests/test_link.py"]
        db.update(
            CardAssignment,
            f"{run_id}/{card_id}",
            status=BuildState.COMPLETED,
            base_commit=self.base,
            head_commit=self.head,
            feature_branch="planner/1-sign-in-abc123",
            worktree_path=str(self.repository),
            assignment_input_snapshot={
                "planned_files": [{"logical_file_name": path, "path": path} for path in planned]
            },
        )
        return run_id


class Standby(Supervisors):
    """Remembers which runs were to be seen to; starts nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(RunFolders(folder / "runs"), str(folder / "plan.db"))
        self.asked: list[str] = []

    def ensure(self, run_id: str) -> None:
        self.asked.append(run_id)


def assignment_of(run_id: str, card_id: str = "w1a1c1") -> str:
    return f"{run_id}/{card_id}"


def add_turn(plan: Plan, run_id: str, turn: int = 1, **values: Any) -> AgentExecution:
    execution = AgentExecution(
        id=f"{run_id}/turn-{turn}",
        assignment_id=assignment_of(run_id),
        status=BuildState.COMPLETED,
        turn=turn,
        started_at=NOW,
        ended_at=NOW,
        **values,
    )
    plan.db.insert(execution)
    return execution


def add_commit(plan: Plan, run_id: str, built: Built, **values: Any) -> None:
    row: dict[str, Any] = {
        "id": f"{run_id}/commit",
        "assignment_id": assignment_of(run_id),
        "sha": built.head,
        "branch": "planner/1-sign-in-abc123",
        "message": "Let people in by a link",
        "committed_at": NOW,
    }
    plan.db.insert(AgentCommit(**{**row, **values}))


def add_check(plan: Plan, run_id: str, built: Built, check_type: CheckType, **values: Any) -> None:
    row: dict[str, Any] = {
        "id": f"{run_id}/{check_type}",
        "run_id": run_id,
        "assignment_id": assignment_of(run_id),
        "check_type": check_type,
        "status": CheckStatus.PASSED,
        "commit_sha": built.head,
        "command": ["make", str(check_type)],
        "exit_code": 0,
        "seconds": 2.34,
        "output": f"running {check_type}\nall passed\n",
        "executed_at": NOW,
        "created_at": NOW,
    }
    plan.db.insert(RunCheck(**{**row, **values}))


def add_request(
    plan: Plan,
    run_id: str,
    built: Built,
    kind: ApprovalType = ApprovalType.CREATE_PR,
    **values: Any,
) -> str:
    row: dict[str, Any] = {
        "id": f"{run_id}/{kind}",
        "run_id": run_id,
        "approval_type": kind,
        "requested_by": "supervisor",
        "requested_at": NOW,
        "commit_sha": built.head,
    }
    request = ApprovalRequest(**{**row, **values})
    plan.db.insert(request)
    return request.id


def add_candidate(plan: Plan, run_id: str, built: Built, **values: Any) -> None:
    row: dict[str, Any] = {
        "id": f"{run_id}/candidate",
        "run_id": run_id,
        "base_branch": "main",
        "head_branch": "planner/1-sign-in-abc123",
        "title": "#1 Card 1.1.1",
        "description": "Built by `scripted`.\n\n## Checks\n\n- unit passed\n",
        "head_commit": built.head,
    }
    plan.db.insert(PullRequestCandidate(**{**row, **values}))


def run_of(plan: Plan, run_id: str) -> OrchestrationRun:
    run = plan.db.get(OrchestrationRun, run_id)
    assert run is not None
    return run

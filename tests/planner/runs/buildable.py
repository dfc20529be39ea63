"""A repository to build in, and a plan whose cards may be built there."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from planner.runs.policy import Policy, save_policy
from store.records import CheckType
from tests.planner.plans import Plan, on, opened, request

POLICY = Policy(
    required_checks=(CheckType.UNIT, CheckType.INTEGRATION),
    check_commands={"unit": ("true",), "integration": ("true",)},
)


def call_git(folder: Path, *arguments: str) -> str:
    """Call git by hand and return what it printed."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make_repository(folder: Path) -> Path:
    """Make a repository with one commit on ``main``."""
    folder.mkdir(parents=True)
    call_git(folder, "init", "--quiet", "--initial-branch=main")
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.org")):
        call_git(folder, "config", name, value)
    (folder / "README.md").write_text("A product.\n")
    (folder / ".gitignore").write_text("*.local\n/cache/\n")
    call_git(folder, "add", "--all")
    call_git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def finalize(plan: Plan, *card_ids: str) -> None:
    """Finalize cards, with all that it takes."""
    known = {"kind": "requirement", "text": "It says so.", "status": "approved"}
    for card_id in card_ids:
        plan.apply(
            request("upsertCardKnowledgeItem", on(card_id), **known),
            request("finalizeCard", on(card_id)),
        )


@contextmanager
def buildable(
    database: Path, repository: Path, card_ids: Sequence[str], policy: Policy = POLICY
) -> Iterator[Plan]:
    """Open a plan of two workflows in which nothing stands in the way of building some cards."""
    with opened(database) as db:
        plan = Plan(db)
        plan.build(2, 2, 3)
        finalize(plan, *card_ids)
        plan.act("updateProject", repo_url=str(repository))
        save_policy(db, plan.project_id, policy, actor="ana")
        yield plan

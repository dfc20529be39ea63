"""What a run would push and merge: its branch, its name, the one row that stands for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from planner.batch import new_id
from planner.describe import clipped
from planner.errors import Refused
from planner.runs.folders import RunFolders
from planner.runs.repository import is_url, open_repository
from store.adapter import DbAdapter
from store.records import (
    Card,
    CardAssignment,
    OrchestrationRun,
    PullRequestCandidate,
    PullRequestStatus,
    RunScope,
    Workflow,
)

LONGEST_TITLE = 200
"""Characters of a candidate's title; GitHub refuses more than 256."""

_OPEN_THERE = (PullRequestStatus.DRAFT_OPEN, PullRequestStatus.OPEN)
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def head_branch(db: DbAdapter, run: OrchestrationRun) -> str:
    """Return the branch a run would have merged: its card's, or the one that integrates them.

    Raises:
        Refused: There is none yet.
    """
    branch = run.integration_branch
    if run.scope is RunScope.CARD:
        branch = next((a.feature_branch for a in db.list(CardAssignment, run_id=run.id)), None)
    if not branch:
        raise Refused("This run has no branch yet.")
    return branch


def repository_of(db: DbAdapter, run: OrchestrationRun, folders: RunFolders | None = None) -> Path:
    """Return where git finds a run's commits, without asking a remote for anything.

    Args:
        db: The open plan.
        run: The run.
        folders: Where runs keep their files; without it a worktree of the run stands in for the
            copy of a repository that is known by its URL.
    """
    if folders is not None:
        is_copy = is_url(run.repo_url)
        return folders.clone(run.repo_url) if is_copy else open_repository(run.repo_url, folders)
    if not is_url(run.repo_url):
        return Path(run.repo_url).expanduser()
    for assignment in db.list(CardAssignment, run_id=run.id):
        if assignment.worktree_path is not None:
            return Path(assignment.worktree_path)
    raise Refused("This run has no worktree yet.")


def name_of(db: DbAdapter, run: OrchestrationRun) -> dict[str, Any]:
    """Return what names a run in an event: its card or its workflow."""
    if run.scope is RunScope.CARD and run.card_id is not None:
        card = db.get(Card, run.card_id)
        told = {"number": card.number, "title": card.title} if card is not None else {}
        return {"card_id": run.card_id, **told}
    workflow = db.get(Workflow, run.workflow_id) if run.workflow_id is not None else None
    told = {"title": workflow.title} if workflow is not None else {}
    return {"workflow_id": run.workflow_id, **told}


def title_of(db: DbAdapter, run: OrchestrationRun) -> str:
    """Return a run's name on one line, without anything that can't be printed: ``#42 Title``."""
    named = name_of(db, run)
    number = f"#{named['number']} " if named.get("number") is not None else ""
    return clipped(f"{number}{printable(str(named.get('title') or run.id))}", LONGEST_TITLE)


def keep_candidate(db: DbAdapter, run: OrchestrationRun, commit: str, body: str) -> None:
    """Have the run's one candidate stand for this commit; what is open elsewhere stays open."""
    before = candidate_of(db, run.id)
    is_open = before is not None and before.status in _OPEN_THERE
    db.upsert(
        PullRequestCandidate(
            id=new_id(),
            run_id=run.id,
            base_branch=run.base_branch,
            head_branch=head_branch(db, run),
            title=title_of(db, run),
            description=body,
            status=before.status if before and is_open else PullRequestStatus.NOT_CREATED,
            pr_url=before.pr_url if before else None,
            pushed_to=before.pushed_to if before else None,
            head_commit=commit,
        )
    )


def is_delivered(db: DbAdapter, run: OrchestrationRun, commit: str) -> bool:
    """Say whether there is an open pull request, or a local draft, of this commit."""
    candidate = candidate_of(db, run.id)
    if candidate is None or candidate.status not in _OPEN_THERE:
        return False
    return candidate.head_commit == commit


def candidate_of(db: DbAdapter, run_id: str) -> PullRequestCandidate | None:
    """Return what a run would have merged; None before anybody was asked."""
    return next(iter(db.list(PullRequestCandidate, run_id=run_id)), None)


def printable(text: str) -> str:
    """Return a text with what can't be printed, or turns other text round, as escapes."""
    return _UNPRINTABLE.sub(
        lambda found: " " if found[0] in "\r\x0b\x0c\u2028\u2029" else f"\\x{ord(found[0]):02x}",
        text.encode("utf-8", "replace").decode(),
    )

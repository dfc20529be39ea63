"""A workflow's cards joined on one branch, in the order of the map.

Each card's branch is merged into the integration branch, away from any checkout; the worktree then
goes along. What is merged already is found by its ancestry, so it goes on wherever it was stopped,
also after a person has resolved a conflict by hand in the integration worktree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.candidates import printable
from planner.runs.folders import RunFolders
from planner.runs.git import git, path_from_git
from planner.runs.merging import Conflict, is_ancestor, merge_commit, named, tip_of
from planner.runs.worktree_state import Worktree, WorktreeState, read_state
from planner.runs.worktrees import (
    add_worktree,
    integration_branch_name,
    remove_worktree,
    worktree_dir,
)
from store.adapter import DbAdapter
from store.records import (
    BuildState,
    Card,
    CardAssignment,
    OrchestrationRun,
    Workflow,
)

WORKTREE = "integration"
"""The name of the worktree that holds all cards of a run."""

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Integrated:
    """All cards are on one branch.

    Attributes:
        head: The commit it is at.
        words: What was found and done besides, a sentence each.
    """

    head: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Two cards can't be joined without a person or an agent.

    Attributes:
        cards: The card that could not be merged, then those that changed the same files.
        files: The files.
        words: All of it for people, with what they may do.
    """

    cards: tuple[str, ...]
    files: tuple[str, ...]
    words: str


def integrate(
    db: DbAdapter, run: OrchestrationRun, *, repository: Path, folders: RunFolders
) -> Integrated | Conflicted:
    """Merge every completed card of a run into its integration branch, as far as it is not.

    Args:
        db: The open plan.
        run: A workflow's run.
        repository: Where its branches are.
        folders: Where runs keep their files.

    Returns:
        Where the branch is, or which cards conflict in which files; those before them are merged.

    Raises:
        Refused: Git refused, or the run has no base yet.
    """
    if run.base_commit is None:
        raise Refused("This run has no base commit yet, so there is nothing to integrate.")
    branch = _branch(db, run)
    path = folders.worktree(run.id, WORKTREE)
    words = _ready(repository, path, branch, run)
    if isinstance(words, Conflicted):
        return words
    completed = [
        assignment
        for assignment in db.list(CardAssignment, run_id=run.id, status=BuildState.COMPLETED)
        if assignment.head_commit is not None
    ]
    tip = tip_of(repository, f"refs/heads/{branch}") or run.base_commit
    conflicted = None
    for index, assignment in enumerate(completed):
        head = assignment.head_commit or ""
        if is_ancestor(repository, head, tip):
            continue
        name = _card(db, assignment)
        made = merge_commit(
            repository,
            tip,
            head,
            message=f"Merge {name}\n\n{assignment.feature_branch} of run {run.id}\n",
            scratch=folders.worktree(run.id, "merge"),
        )
        if isinstance(made, Conflict):
            conflicted = _conflicted(db, repository, completed[: index + 1], made, path)
            break
        tip = made
    git(path, "merge", "--ff-only", "--quiet", tip, settings=("merge.autoStash=false",))
    return conflicted or Integrated(tip, words)


def _branch(db: DbAdapter, run: OrchestrationRun) -> str:
    """Return the integration branch; its name is recorded before there is one."""
    if run.integration_branch is not None:
        return run.integration_branch
    workflow = db.get(Workflow, run.workflow_id) if run.workflow_id is not None else None
    branch = integration_branch_name(workflow.title if workflow is not None else "", run.id)
    db.update(OrchestrationRun, run.id, integration_branch=branch)
    return branch


def _ready(
    repository: Path, path: Path, branch: str, run: OrchestrationRun
) -> tuple[str, ...] | Conflicted:
    """See to it that the worktree is there and clean; nothing in it is lost."""
    words: tuple[str, ...] = ()
    for _ in range(2):
        add_worktree(repository, path, branch, run.base_commit or "")
        own = worktree_dir(repository, path)
        if own is None:
            continue
        state = read_state(Worktree(repository, path, own))
        if state.operation is not None:
            return _unfinished(path, state)
        if state.branch == branch and not state.changed:
            break
        # Git was killed while it brought the files along, or somebody has edited some.
        words += (remove_worktree(repository, path, branch, run_id=run.id, name=WORKTREE),)
    return words


def _unfinished(path: Path, state: WorktreeState) -> Conflicted:
    files = tuple(path_from_git(raw) for raw in state.changed)
    return Conflicted(
        (),
        files,
        f"The integration worktree is in the middle of {state.operation}. Finish and commit it, or "
        f"abort it, in {path}, then resume the run.",
    )


def _conflicted(
    db: DbAdapter,
    repository: Path,
    assignments: list[CardAssignment],
    conflict: Conflict,
    path: Path,
) -> Conflicted:
    """Name the cards whose changes don't fit together."""
    *before, last = assignments
    others = [
        _card(db, other)
        for other in before
        if {*conflict.files} & {*_changed_by(repository, other)}
    ]
    name = _card(db, last)
    against = f" with {', '.join(others)}" if others else ""
    return Conflicted(
        (name, *others),
        conflict.files,
        f"{name} conflicts{against} in {named(conflict.files)}. Merge {last.feature_branch} by "
        f"hand in {path} and commit it, then resume the run; or resume it with a note to the agent "
        "of one of them.",
    )


def _changed_by(repository: Path, assignment: CardAssignment) -> list[str]:
    if assignment.base_commit is None or assignment.head_commit is None:
        return []
    changed = git(
        repository,
        *("diff", "--name-only", "--no-renames", "-z"),
        *(assignment.base_commit, assignment.head_commit, "--"),
    ).fields
    return [path_from_git(raw) for raw in changed]


def _card(db: DbAdapter, assignment: CardAssignment) -> str:
    card = db.get(Card, assignment.card_id)
    if card is None:
        return assignment.feature_branch
    return clipped(printable(f"#{card.number} {card.title}"), LONGEST_NAME)

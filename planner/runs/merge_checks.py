"""The checks once more, at a merge: the base branch has moved on since the branch was checked.

What passed on a branch may fail together with what others have merged meanwhile. So the merge
commit is checked before the base branch moves to it, in a worktree of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from planner.errors import Refused
from planner.runs.checks import marker_of_checks, run_checks
from planner.runs.git import git
from planner.runs.merging import NotDelivered, discard
from planner.runs.preparing import make_ready
from planner.runs.processes import end_processes
from planner.runs.states import SUPERVISOR, set_run
from planner.runs.work import Stopped, Work
from store.records import BuildState, CheckStatus, CheckType, RunStep

WORKTREE = "merge"
"""The name of the worktree that a merge is checked in."""


def check_merge(
    work: Work, repository: Path, merge: str, base: str, *, stopped: Callable[[], bool]
) -> None:
    """Run the required checks at a merge; the paths were held against the rules before.

    Args:
        work: The run.
        repository: Where the merge is.
        merge: The merge commit; no branch is at it.
        base: Where the base branch is.
        stopped: Asked several times a second whether to end.

    Raises:
        NotDelivered: A check did not pass, could not run, or the run is to be cancelled.
    """
    run = work.run()
    checks = [each for each in work.policy.required_checks if each is not CheckType.POLICY]
    if not checks:
        return
    set_run(work.db, run.id, BuildState.RUNNING, actor=SUPERVISOR, step=RunStep.CHECKS)
    end_processes(marker_of_checks(run, None))
    path = work.folders.worktree(run.id, WORKTREE)
    discard(repository, path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    git(repository, "worktree", "add", "--quiet", "--detach", "--", os.fspath(path), merge)
    moved = f"{run.base_branch} has moved on to {base[:10]} since the branch was checked"
    try:
        leave = make_ready(work, repository, path, WORKTREE, stopped=stopped)
        done = run_checks(
            work.db,
            run,
            None,
            worktree=path,
            commit=merge,
            policy=work.policy,
            folders=work.folders,
            checks=checks,
            stopped=stopped,
            environ=work.environ,
            leave=leave,
        )
    except Stopped as cancelled:
        raise NotDelivered("The run is being cancelled; nothing was merged.") from cancelled
    except Refused as refusal:
        raise NotDelivered(f"{moved}, and the merge could not be checked: {refusal}") from refusal
    finally:
        discard(repository, path)
    if stopped():
        raise NotDelivered("The run is being cancelled; nothing was merged.")
    missed = [
        f"{check.check_type} {'failed' if check.status is CheckStatus.FAILED else 'was skipped'}"
        for check in done
        if check.status is not CheckStatus.PASSED
    ]
    if missed or len(done) < len(checks):
        raise NotDelivered(
            f"{moved}, and together they don't pass: {', '.join(missed) or 'some were not run'}. "
            "Nothing was merged. Reject it with a note to its agent, or approve again once "
            f"{run.base_branch} is right."
        )
    set_run(work.db, run.id, BuildState.RUNNING, actor=SUPERVISOR, step=RunStep.DELIVERING)

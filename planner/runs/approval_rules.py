"""When an approval may be asked for and given, and whose agent a rejection is for."""

from __future__ import annotations

from collections.abc import Sequence

from planner.errors import Refused
from planner.runs.candidates import head_branch, repository_of
from planner.runs.checks import all_passed
from planner.runs.folders import RunFolders
from planner.runs.merging import tip_of
from planner.runs.policy import policy_from_json
from store.adapter import DbAdapter
from store.records import (
    CardAssignment,
    DiffComment,
    OrchestrationRun,
    RunScope,
)


def who_is_meant(
    db: DbAdapter, run: OrchestrationRun, card_ids: Sequence[str]
) -> list[CardAssignment]:
    """Return whose agents a note is for."""
    assignments = db.list(CardAssignment, run_id=run.id)
    if card_ids:
        meant = [assignment for assignment in assignments if assignment.card_id in card_ids]
        if len(meant) != len(set(card_ids)):
            raise Refused("A card that the note is for is not part of this run.")
        return meant
    if len(assignments) > 1:
        assignments = [
            assignment
            for assignment in assignments
            if db.count(DiffComment, assignment_id=assignment.id, execution_id=None)
        ]
    if not assignments:
        raise Refused(
            "This run has several cards: say which the note is for, or comment on the lines of the "
            "diff that it is about."
        )
    return assignments


def must_have_passed(db: DbAdapter, run: OrchestrationRun, commit: str) -> None:
    """Refuse unless every required check has passed at this very commit."""
    policy = policy_from_json(run.system_policy_snapshot)
    assignment = None
    if run.scope is RunScope.CARD:
        (assignment,) = db.list(CardAssignment, run_id=run.id)
    if not all_passed(db, run, assignment, commit, policy):
        raise Refused(
            f"The required checks have not all passed at {commit[:10]}, so there is nothing to "
            "approve yet."
        )


def must_be_there(db: DbAdapter, run: OrchestrationRun, commit: str, folders: RunFolders) -> None:
    """Refuse when the branch is not at the commit that was checked."""
    branch = head_branch(db, run)
    there = tip_of(repository_of(db, run, folders), f"refs/heads/{branch}")
    if there is None:
        raise Refused(f"The branch {branch} is gone, so there is nothing to approve.")
    if there != commit:
        raise Refused(
            f"The branch {branch} is at {there[:10]} now, and the checks passed at {commit[:10]}. "
            "Resume the run, so that they run at what is there now."
        )


def must_be_allowed(run: OrchestrationRun, actor: str) -> None:
    """Refuse who the run's policy does not let approve."""
    rules = policy_from_json(run.system_policy_snapshot).approval
    if rules.approvers and actor not in rules.approvers:
        raise Refused(
            f"{actor} may not approve this run. Its policy names {', '.join(rules.approvers)}."
        )
    if rules.another_person and actor == run.initiated_by:
        raise Refused(f"{actor} started this run, and its policy wants another person to approve.")

"""Doing what was approved: each step once, whatever is killed in between.

The approval is recorded before (``approvals.py``); how it is done is in ``delivery.py``. What could
not be done is asked again: the request is pending once more, and its ``outcome`` says why.
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.errors import Refused
from planner.runs.approvals import request_approval, tell_of, withdraw_requests
from planner.runs.candidates import candidate_of, name_of
from planner.runs.delivery import (
    Verify,
    create_pull_request,
    delivery_marker,
    merge_pull_request,
)
from planner.runs.folders import RunFolders
from planner.runs.merging import NotDelivered
from planner.runs.processes import end_processes
from planner.runs.pull_requests import Delivered
from planner.runs.states import SUPERVISOR, set_run, tell
from store.adapter import DbAdapter
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    OrchestrationRun,
    PullRequestCandidate,
    PullRequestStatus,
    RunStep,
    WaitsFor,
    utc_now,
)


def act_on_approvals(
    db: DbAdapter,
    run: OrchestrationRun,
    *,
    folders: RunFolders,
    environ: Mapping[str, str],
    verify: Verify | None = None,
) -> None:
    """Do what was approved and is not done; the run then waits for what is next, or is completed.

    It may be interrupted anywhere and called again: each step looks first whether it was done.
    What can't be done now is asked again, and the run waits with the reason.

    Args:
        db: The open plan.
        run: The run.
        folders: Where runs keep their files.
        environ: The variables that ``gh`` is called with.
        verify: Checks a merge with a base branch that has moved on, before that moves to it.
    """
    approved = db.list(
        ApprovalRequest, run_id=run.id, status=ApprovalStatus.APPROVED, acted_at=None
    )
    if approved:  # of a supervisor that was killed while it pushed
        end_processes(delivery_marker(run))
    for request in approved:
        candidate = candidate_of(db, run.id)
        if candidate is None or request.commit_sha is None:
            continue  # nothing that this program has asked for
        set_run(db, run.id, BuildState.RUNNING, actor=SUPERVISOR, step=RunStep.DELIVERING)
        commit = request.commit_sha
        try:
            if request.approval_type is ApprovalType.CREATE_PR:
                done = create_pull_request(
                    db, run, candidate, commit, folders=folders, environ=environ
                )
            else:
                done = merge_pull_request(
                    db, run, candidate, commit, folders=folders, environ=environ, verify=verify
                )
        except (NotDelivered, Refused) as why:
            _ask_again(db, run, request, str(why), getattr(why, "waits_for", WaitsFor.APPROVAL))
            return
        _record(db, run, request, candidate, done)


def _record(
    db: DbAdapter,
    run: OrchestrationRun,
    request: ApprovalRequest,
    candidate: PullRequestCandidate,
    done: Delivered,
) -> None:
    """Write down that an approval was acted on, and what the run waits for next."""
    merged = done.status is PullRequestStatus.MERGED
    with db.transaction():
        now = utc_now()
        db.update(ApprovalRequest, request.id, acted_at=now, outcome=done.outcome, updated_at=now)
        db.update(
            PullRequestCandidate,
            candidate.id,
            status=done.status,
            pr_url=done.pr_url or candidate.pr_url,
            merged_commit=done.merged_commit,
            updated_at=now,
        )
        payload = {
            **name_of(db, run),
            "branch": candidate.head_branch,
            "commit": done.merged_commit or request.commit_sha,
            "url": done.pr_url,
            "outcome": done.outcome,
        }
        event = "pull_request.merged" if merged else "pull_request.opened"
        tell(db, run, event, actor=SUPERVISOR, payload=payload)
        if merged:
            withdraw_requests(db, run.id, note="superseded: it is merged")
            set_run(db, run.id, BuildState.COMPLETED, actor=SUPERVISOR, reason=done.outcome)
        else:
            request_approval(db, run.id, ApprovalType.MERGE_PR, commit=request.commit_sha or "")


def _ask_again(
    db: DbAdapter,
    run: OrchestrationRun,
    request: ApprovalRequest,
    reason: str,
    waits_for: WaitsFor,
) -> None:
    """Have an approval pending again, since something was in the way of what it allows."""
    with db.transaction():
        db.update(
            ApprovalRequest,
            request.id,
            status=ApprovalStatus.PENDING,
            resolved_by=None,
            resolved_at=None,
            outcome=reason,
            updated_at=utc_now(),
        )
        more = {"reason": reason, "approved_by": request.resolved_by}
        tell_of(db, run, "approval.requested", SUPERVISOR, request, **more)
        set_run(
            db, run.id, BuildState.BLOCKED, actor=SUPERVISOR, waits_for=waits_for, reason=reason
        )

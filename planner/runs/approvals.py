"""What a person is asked before anything leaves the run: asked, approved, rejected, acted on.

A request appears only for a commit at which every required check has passed. What the person says
is recorded first; the run's supervisor acts on it, and finds out for each step whether it was
done, so that a crash in between is finished later and nothing is done twice. What could not be
done asks again: the request is pending once more, and its ``outcome`` says what was in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.batch import new_id
from planner.errors import Refused
from planner.runs.approval_rules import (
    must_be_allowed,
    must_be_there,
    must_have_passed,
    who_is_meant,
)
from planner.runs.candidate_words import describe_candidate
from planner.runs.candidates import candidate_of, is_delivered, keep_candidate, name_of
from planner.runs.open_runs import existing_run
from planner.runs.states import SUPERVISOR, set_assignment, set_run, tell
from planner.runs.supervisors import Supervisors
from store.adapter import DbAdapter
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    CardAssignment,
    OrchestrationRun,
    PullRequestCandidate,
    PullRequestStatus,
    WaitsFor,
    utc_now,
)

_ASKED = {
    ApprovalType.CREATE_PR: "The checks passed. May it be pushed and become a pull request?",
    ApprovalType.MERGE_PR: "May it be merged into {base}?",
}


def request_approval(
    db: DbAdapter,
    run_id: str,
    approval_type: ApprovalType,
    *,
    commit: str,
    actor: str = SUPERVISOR,
) -> ApprovalRequest:
    """Ask for an approval of one commit; the run waits for it.

    A request for the same commit that is pending or was approved is returned as it is. Pending
    ones for another commit are rejected, since what they ask about is not there any more.

    Args:
        db: The open plan.
        run_id: The run that asks.
        approval_type: What it asks for.
        commit: What would be pushed or merged.
        actor: Who asks.

    Returns:
        The request.

    Raises:
        Refused: There is no such run, or a required check has not passed at this commit.
    """
    run = existing_run(db, run_id)
    request = _asked_already(db, run_id, approval_type, commit)
    if request is not None and request.acted_at is not None:
        if approval_type is ApprovalType.MERGE_PR:
            return request
        if is_delivered(db, run, commit):
            return request_approval(db, run_id, ApprovalType.MERGE_PR, commit=commit, actor=actor)
        request = None  # it was closed since
    if request is not None and request.status is ApprovalStatus.APPROVED:
        return request
    must_have_passed(db, run, commit)
    body = None
    if request is None and approval_type is ApprovalType.CREATE_PR:
        body = describe_candidate(db, run, commit)
    with db.transaction():
        if request is None:
            request = _ask(db, run, approval_type, commit, actor, body)
        set_run(
            db,
            run_id,
            BuildState.BLOCKED,
            actor=actor,
            waits_for=WaitsFor.APPROVAL,
            reason=_ASKED[approval_type].format(base=run.base_branch),
        )
    return request


def withdraw_requests(
    db: DbAdapter,
    run_id: str,
    *,
    note: str,
    actor: str = SUPERVISOR,
) -> int:
    """Reject what a run still asks for, since it does not stand any more; return how much it was.

    Args:
        db: The open plan.
        run_id: The run.
        note: Why, in words.
        actor: Who takes it back.
    """
    with db.transaction():
        pending = db.list(ApprovalRequest, run_id=run_id, status=ApprovalStatus.PENDING)
        for request in pending:
            _resolve(db, request, ApprovalStatus.REJECTED, actor, note)
    return len(pending)


def approve(
    db: DbAdapter,
    request_id: str,
    *,
    actor: str,
    note: str | None = None,
    supervisors: Supervisors,
) -> ApprovalRequest:
    """Approve what a run asks for, and see to it that it is done.

    Args:
        db: The open plan.
        request_id: The request.
        actor: Who approves.
        note: What they say about it.
        supervisors: Starts the process that does it.

    Returns:
        The request as it now is.

    Raises:
        Refused: It is not pending any more, this person may not approve it, or the branch is not
            where the checks passed.
    """
    request, run = _pending(db, request_id)
    must_be_allowed(run, actor)
    must_be_there(db, run, request.commit_sha or "", supervisors.folders)
    with db.transaction():
        # Git was asked outside the transaction, which others would wait for; all else is looked
        # at again in it.
        request, run = _pending(db, request_id)
        must_be_allowed(run, actor)
        _resolve(db, request, ApprovalStatus.APPROVED, actor, note)
        set_run(db, run.id, BuildState.QUEUED, actor=actor)
        request = _request(db, request_id)
    supervisors.ensure(run.id)
    return request


def reject(
    db: DbAdapter,
    request_id: str,
    *,
    actor: str,
    note: str | None = None,
    close: bool = False,
    card_ids: Sequence[str] = (),
    supervisors: Supervisors,
) -> ApprovalRequest:
    """Reject what a run asks for: its agent gets the note as a new turn, or the run is closed.

    Comments on the diff that no agent has been told travel with the note. In a workflow's run the
    note goes to the cards that have such comments, or to ``card_ids``. A closed run keeps its
    worktrees and branches.

    Args:
        db: The open plan.
        request_id: The request.
        actor: Who rejects.
        note: What is to be done differently, or why the run is closed.
        close: Close the run in place of sending it back.
        card_ids: Whose agents are told, where a run has several cards.
        supervisors: Starts the process that goes on.

    Returns:
        The request as it now is.

    Raises:
        Refused: It is not pending any more, there is no note to send back, or it is not clear
            which card's agent the note is for.
    """
    words = (note or "").strip()
    if not (words or close):
        raise Refused("Say in a note what is to be done differently, or close the run.")
    with db.transaction():
        request, run = _pending(db, request_id)
        _resolve(db, request, ApprovalStatus.REJECTED, actor, words or None)
        if close:
            close_run(db, run, actor=actor, words=words)
        else:
            for assignment in who_is_meant(db, run, card_ids):
                db.update(CardAssignment, assignment.id, next_turn={"kind": "note", "note": words})
                set_assignment(db, assignment.id, BuildState.QUEUED, actor=actor)
            set_run(db, run.id, BuildState.QUEUED, actor=actor)
        request = _request(db, request_id)
    if not close:
        supervisors.ensure(run.id)
    return request


def _ask(
    db: DbAdapter,
    run: OrchestrationRun,
    approval_type: ApprovalType,
    commit: str,
    actor: str,
    body: str | None,
) -> ApprovalRequest:
    """Put a new request in the place of what was asked before."""
    now = utc_now()
    withdraw_requests(db, run.id, note=f"superseded: the checks have passed at {commit[:10]} since")
    if body is not None:
        keep_candidate(db, run, commit, body)
    elif not is_delivered(db, run, commit):
        raise Refused(f"There is no pull request of {commit[:10]} that could be merged.")
    request = ApprovalRequest(
        id=new_id(),
        run_id=run.id,
        approval_type=approval_type,
        requested_by=actor,
        requested_at=now,
        created_at=now,
        updated_at=now,
        commit_sha=commit,
    )
    db.insert(request)
    tell_of(db, run, "approval.requested", actor, request)
    return request


def _asked_already(
    db: DbAdapter, run_id: str, approval_type: ApprovalType, commit: str
) -> ApprovalRequest | None:
    """Return the request for this commit that nobody has rejected."""
    found = db.list(ApprovalRequest, run_id=run_id, approval_type=approval_type, commit_sha=commit)
    return next((each for each in found if each.status is not ApprovalStatus.REJECTED), None)


def close_run(
    db: DbAdapter, run: OrchestrationRun, *, actor: str, words: str = "", how: str = "Closed"
) -> OrchestrationRun:
    """Cancel a run whose result is not wanted; what was pushed stays where it is, and is told.

    Args:
        db: The open plan.
        run: The run; nothing of it is at work.
        actor: Who doesn't want it.
        words: Why not.
        how: What was done with it.

    Returns:
        The run as it is now.
    """
    candidate = candidate_of(db, run.id)
    left = ""
    if candidate is not None:
        db.update(
            PullRequestCandidate,
            candidate.id,
            status=PullRequestStatus.CLOSED,
            updated_at=utc_now(),
        )
        if candidate.pr_url is not None:
            left = f" The pull request {candidate.pr_url} is still open there."
        elif candidate.pushed_to is not None:
            left = f" The branch {candidate.head_branch} is still at {candidate.pushed_to}."
        payload = {
            **name_of(db, run),
            "branch": candidate.head_branch,
            "url": candidate.pr_url,
            "note": words or None,
        }
        tell(db, run, "pull_request.closed", actor=actor, payload=payload)
    reason = f"{how} by {actor}{f': {words}' if words else '.'}{left}"
    for assignment in db.list(CardAssignment, run_id=run.id):
        set_assignment(db, assignment.id, BuildState.CANCELLED, actor=actor, reason=reason)
    return set_run(db, run.id, BuildState.CANCELLED, actor=actor, reason=reason)


def _pending(db: DbAdapter, request_id: str) -> tuple[ApprovalRequest, OrchestrationRun]:
    """Return a request that can be resolved, with its run."""
    request = _request(db, request_id)
    if request.status is not ApprovalStatus.PENDING:
        said = f": {request.notes}" if request.notes else "."
        raise Refused(
            f"This was {request.status} by {request.resolved_by or 'someone'} already, at "
            f"{request.resolved_at or 'some time'}{said}"
        )
    run = existing_run(db, request.run_id)
    if run.status is not BuildState.BLOCKED:
        raise Refused(f"The run is {run.status}: it does not wait for an approval.")
    return request, run


def _resolve(
    db: DbAdapter,
    request: ApprovalRequest,
    status: ApprovalStatus,
    actor: str,
    note: str | None,
) -> None:
    now = utc_now()
    notes = (note or "").strip() or None
    db.update(
        ApprovalRequest,
        request.id,
        status=status,
        resolved_by=actor,
        resolved_at=now,
        notes=notes,
        updated_at=now,
    )
    run = existing_run(db, request.run_id)
    tell_of(db, run, f"approval.{status}", actor, request, note=notes)


def _request(db: DbAdapter, request_id: str) -> ApprovalRequest:
    request = db.get(ApprovalRequest, request_id)
    if request is None:
        raise Refused(f"There is no request for an approval with the id {request_id!r}.")
    return request


def tell_of(
    db: DbAdapter,
    run: OrchestrationRun,
    event_type: str,
    actor: str,
    request: ApprovalRequest,
    **more: Any,
) -> None:
    """Add an event about a request to the log."""
    payload = {
        **name_of(db, run),
        "approval_request_id": request.id,
        "approval_type": request.approval_type,
        "commit": request.commit_sha,
        **more,
    }
    tell(db, run, event_type, actor=actor, payload=payload)

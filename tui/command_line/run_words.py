"""Runs in words for people, and as documents for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from planner.runs.card_build import DOING, WAITING
from store.records import ApprovalStatus, BuildState
from tui.command_line.names import called, short_id
from tui.glyphs import BUILD
from tui.when import exactly, when

if TYPE_CHECKING:
    from planner.runs.reads import AssignmentRead, RunRead
    from store.records import ApprovalRequest, OrchestrationRun, RunCheck

LINES_OF_OUTPUT = 12
"""Lines of a failed check's output that ``run show`` prints."""

_NEXT = {
    "answers": "answer them on the card, then planner-tui run resume {run}",
    "decision": "planner-tui run accept-files {run}, or run refuse-files {run} --note TEXT",
    "change": "planner-tui run resume {run} --note TEXT",
    "conflict": "planner-tui run resume {run} --note TEXT",
    "approval": "planner-tui approve {run}, or planner-tui reject {run} --note TEXT",
}
"""What a person does about what a run waits for."""


def run_document(read: RunRead) -> dict[str, Any]:
    """Return a run with all that stands below it, for programs."""
    run, candidate = read.run, read.candidate
    return {
        "id": run.id,
        "name": short_id(run.id),
        "scope": run.scope,
        "number": read.number,
        "title": read.title,
        "card_id": run.card_id,
        "workflow_id": run.workflow_id,
        **_standing(run),
        "waits_for": read.waits_for,
        "agent": run.agent_profile,
        "initiated_by": run.initiated_by,
        "repo_url": run.repo_url,
        "base_branch": run.base_branch,
        "base_commit": run.base_commit,
        "head_commit": run.head_commit,
        "integration_branch": run.integration_branch,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "assignments": [_assignment(each) for each in read.assignments],
        "checks": [_check(each) for each in read.checks],
        "approvals": [request_document(each) for each in read.approvals],
        "candidate": candidate
        and {
            "status": candidate.status,
            "title": candidate.title,
            "description": candidate.description,
            "head_branch": candidate.head_branch,
            "head_commit": candidate.head_commit,
            "pushed_to": candidate.pushed_to,
            "url": candidate.pr_url,
            "merged_commit": candidate.merged_commit,
        },
    }


def request_document(request: ApprovalRequest) -> dict[str, Any]:
    """Return a request for an approval, for programs."""
    return {
        "id": request.id,
        "run_id": request.run_id,
        "type": request.approval_type,
        "status": request.status,
        "commit": request.commit_sha,
        "requested_at": request.requested_at,
        "resolved_by": request.resolved_by,
        "resolved_at": request.resolved_at,
        "notes": request.notes,
        "acted_at": request.acted_at,
        "outcome": request.outcome,
    }


def run_line(read: RunRead) -> str:
    """Say in a line how a run stands: its name, sign, title, how far it is and since when."""
    run = read.run
    moment = run.ended_at or run.started_at or run.created_at
    sign = BUILD[run.status]
    words = standing_words(run)
    return (
        f"{short_id(run.id)}  {sign} {run.status:<9}  {called(read.number, read.title)}"
        f"  {when(moment)}{f'  {words}' if words else ''}"
    )


def standing_words(run: OrchestrationRun) -> str:
    """Say what a run is at, what it waits for, or why it ended as it did."""
    if run.status == BuildState.RUNNING and run.step is not None:
        return DOING[run.step]
    if run.reason:
        return run.reason.splitlines()[0]
    return WAITING[run.waits_for] if run.waits_for is not None else ""


def next_words(read: RunRead) -> str:
    """Say what a person may do about a run that waits for one; empty where it doesn't."""
    run, name = read.run, short_id(read.id)
    if run.status == BuildState.BLOCKED and read.waits_for is not None:
        asks = any(each.status == ApprovalStatus.PENDING for each in read.approvals)
        known = _NEXT["approval"] if asks else _NEXT.get(read.waits_for)
        return known.format(run=name) if known else ""
    return f"planner-tui run resume {name}" if run.status == BuildState.FAILED else ""


def run_in_words(read: RunRead) -> str:
    """Tell a run whole: how it stands, each card with its turns, commits and checks, approvals."""
    run = read.run
    lines = [
        called(read.number, read.title),
        f"run {run.id}",
        f"{BUILD[run.status]} {run.status}"
        + (f", since {exactly(run.updated_at)}" if run.updated_at else ""),
    ]
    words = run.reason or standing_words(run)
    lines += [f"  {line}" for line in words.splitlines()]
    following = next_words(read)
    if following:
        lines.append(f"next: {following}")
    lines.append(f"started by {run.initiated_by}, built by {run.agent_profile or '?'}")
    lines.append(f"from {run.base_branch} at {(run.base_commit or 'a commit not known yet')[:12]}")
    for each in read.assignments:
        lines += ["", *_assignment_lines(each, alone=len(read.assignments) == 1)]
    if read.checks:
        lines += ["", "checks of all cards together", *_check_lines(read.checks)]
    if read.approvals:
        lines += ["", "approvals", *(f"  {line}" for line in _approval_lines(read.approvals))]
    if read.candidate is not None:
        candidate = read.candidate
        where = candidate.pr_url or candidate.pushed_to or "here alone"
        lines += ["", f"pull request {candidate.status.replace('_', ' ')}: {where}"]
    return "\n".join(lines)


def _assignment_lines(read: AssignmentRead, *, alone: bool) -> Iterator[str]:
    assignment = read.assignment
    if not alone:
        yield f"{called(read.number, read.title)}: {BUILD[assignment.status]} {assignment.status}"
        if assignment.reason:
            yield from (f"  {line}" for line in assignment.reason.splitlines())
    yield f"  branch {assignment.feature_branch}"
    if assignment.worktree_path:
        yield f"  worktree {assignment.worktree_path}"
    for turn in read.executions:
        code = f", exit {turn.exit_code}" if turn.exit_code is not None else ""
        error = f": {turn.error.splitlines()[0]}" if turn.error else ""
        yield f"  turn {turn.turn} {turn.status}{code}{error}"
        if turn.summary:
            yield from (f"    {line}" for line in turn.summary.splitlines()[:LINES_OF_OUTPUT])
    for commit in read.commits:
        subject = commit.message.splitlines()[0] if commit.message else ""
        by = " (left uncommitted by the agent)" if commit.made_by == "supervisor" else ""
        yield f"  commit {commit.sha[:10]} {subject}{by}"
    yield from _check_lines(read.checks, assignment.head_commit)


def _check_lines(checks: Sequence[RunCheck], head: str | None = None) -> Iterator[str]:
    for check in checks:
        stale = head is not None and check.commit_sha != head
        took = f" in {check.seconds:.1f} s" if check.seconds is not None else ""
        old = f", at {(check.commit_sha or '?')[:10]}, which is not the newest" if stale else ""
        yield f"  check {check.check_type} {check.status}{took}{old}"
        if check.changed_files:
            yield f"    its own files were changed: {', '.join(map(str, check.changed_files))}"
        if check.status != "passed" and not stale and check.output:
            kept = check.output.rstrip().splitlines()[-LINES_OF_OUTPUT:]
            yield from (f"    {line}" for line in kept)


def _approval_lines(approvals: Sequence[ApprovalRequest]) -> Iterator[str]:
    for each in approvals:
        what = "pull request" if each.approval_type == "create_pr" else "merge"
        by = f" by {each.resolved_by}" if each.resolved_by else ""
        note = f": {each.notes}" if each.notes else ""
        yield f"{what} of {(each.commit_sha or '?')[:10]} {each.status}{by}{note}  {each.id}"
        if each.outcome:
            yield f"  {each.outcome}"


def _standing(row: Any) -> dict[str, Any]:
    return {
        "status": row.status,
        "step": row.step,
        "waits_for": row.waits_for,
        "reason": row.reason,
    }


def _assignment(read: AssignmentRead) -> dict[str, Any]:
    assignment = read.assignment
    return {
        "id": assignment.id,
        "card_id": assignment.card_id,
        "number": read.number,
        "title": read.title,
        **_standing(assignment),
        "branch": assignment.feature_branch,
        "worktree": assignment.worktree_path,
        "base_commit": assignment.base_commit,
        "head_commit": assignment.head_commit,
        "turns": [
            {
                "id": turn.id,
                "turn": turn.turn,
                "status": turn.status,
                "started_at": turn.started_at,
                "ended_at": turn.ended_at,
                "exit_code": turn.exit_code,
                "summary": turn.summary,
                "error": turn.error,
                "log": turn.log_path,
            }
            for turn in read.executions
        ],
        "commits": [
            {
                "sha": commit.sha,
                "message": commit.message,
                "committed_at": commit.committed_at,
                "made_by": commit.made_by,
            }
            for commit in read.commits
        ],
        "checks": [_check(each) for each in read.checks],
    }


def _check(check: RunCheck) -> dict[str, Any]:
    return {
        "type": check.check_type,
        "status": check.status,
        "commit": check.commit_sha,
        "command": check.command,
        "exit_code": check.exit_code,
        "seconds": check.seconds,
        "output": check.output,
        "log": check.log_path,
        "changed_files": check.changed_files,
    }

"""What a turn left: its commits and its report are written down, and it is decided what is next.

The whole diff from the base is held against the paths of the policy and the card. Done again, it
finds the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from planner.batch import new_id
from planner.describe import clipped
from planner.errors import Refused
from planner.runs.commits import Settled, settle
from planner.runs.folders import report_file
from planner.runs.paths import Verdict, judge
from planner.runs.preparing import copied_files, worktree_of
from planner.runs.report import (
    Report,
    ReportMalformed,
    bring_report,
    read_report,
    take_report,
)
from planner.runs.states import SUPERVISOR, set_assignment, tell
from planner.runs.work import RECHECK, Looked, Work
from store.adapter import DbAdapter
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    Card,
    CardAssignment,
    CardQuestion,
    CheckStatus,
    KnowledgeStatus,
    OrchestrationRun,
    PlanningAction,
    RunCheck,
    RunStep,
    WaitsFor,
)

FORBIDDEN = "The agent changed what the policy forbids"
"""How the reason begins by which a forbidden path fails a build."""

MOST_NAMED = 8
"""Files that a reason names; the diff has all of them."""


def collect(work: Work, assignment: CardAssignment, *, cancelled_by: str | None = None) -> None:
    """Take what an assignment's last turn left, and write down what is next.

    Args:
        work: The run.
        assignment: The assignment; no agent works on it.
        cancelled_by: Who cancelled it, if somebody has: what was made is kept all the same.

    Raises:
        Refused: Git could not find or keep what was made; nothing is lost.
    """
    turns = work.db.list(AgentExecution, assignment_id=assignment.id)
    last = turns[-1] if turns else None
    if cancelled_by is not None:
        reason = f"Cancelled by {cancelled_by}."
        try:
            if last is not None:
                _settle(work, assignment, last)
        except Refused as refusal:
            reason = f"{reason} What its agent left stays in the worktree: {refusal}"
        set_assignment(
            work.db, assignment.id, BuildState.CANCELLED, actor=cancelled_by, reason=reason
        )
        return
    settled = _settle(work, assignment, last)
    problem = ""
    if last is not None:
        problem = _take_report(work, assignment, last)
    verdict = judge(
        work.repository(),
        assignment.base_commit or "",
        settled.head,
        policy=work.policy,
        planned=[str(path) for path in assignment.allowed_paths],
        accepted=[str(path) for path in assignment.accepted_paths],
    )
    work.looked[assignment.id] = Looked(settled.head, settled.is_clean, verdict)
    status, values = _decide(work, work.assignment(assignment.id), last, settled, verdict)
    payload: dict[str, Any] = {
        "commit": settled.head,
        "files": len(verdict.files),
        "notes": [*settled.words, *([problem] if problem else [])] or None,
    }
    with work.db.transaction():
        if status is BuildState.RUNNING:
            work.db.update(CardAssignment, assignment.id, next_turn=None)
        set_assignment(work.db, assignment.id, status, actor=SUPERVISOR, payload=payload, **values)


def _decide(
    work: Work,
    assignment: CardAssignment,
    last: AgentExecution | None,
    settled: Settled,
    verdict: Verdict,
) -> tuple[BuildState, dict[str, Any]]:
    """Return what the assignment is from now on, and why."""
    if verdict.forbidden:
        return BuildState.FAILED, {"reason": f"{FORBIDDEN}: {_named(verdict.forbidden)}."}
    if last is not None and last.status is BuildState.FAILED:
        return BuildState.FAILED, {"reason": f"The agent {last.error or 'failed'}."}
    asked = unanswered(work.db, assignment)
    if asked:
        words = f"The agent asks: {clipped(asked[0].text, 300)}"
        if len(asked) > 1:
            words += f" … and {len(asked) - 1} more."
        return BuildState.BLOCKED, {"waits_for": WaitsFor.ANSWERS, "reason": words}
    if verdict.protected or verdict.outside:
        said = []
        if verdict.protected:
            said.append(f"protected files: {_named(verdict.protected)}")
        if verdict.outside:
            said.append(f"files besides the planned ones: {_named(verdict.outside)}")
        words = f"The agent changed {'; and '.join(said)}."
        return BuildState.BLOCKED, {"waits_for": WaitsFor.DECISION, "reason": words}
    if not verdict.files or _is_known_not_to_do(work, assignment, settled.head):
        what = "anything" if not verdict.files else "anything since it was told what is to be done"
        words = f"The agent ended without having changed {what}."
        return BuildState.BLOCKED, {"waits_for": WaitsFor.CHANGE, "reason": words}
    return BuildState.RUNNING, {"step": RunStep.CHECKS}


def unanswered(db: DbAdapter, assignment: CardAssignment) -> list[CardQuestion]:
    """Return what an assignment's agent asked in any turn and nobody has answered or rejected."""
    run = db.get(OrchestrationRun, assignment.run_id)
    keys = [
        f"report:{turn.id}:question:{number}"
        for turn in db.list(AgentExecution, assignment_id=assignment.id)
        for number in range(len((turn.report or {}).get("questions", ())))
    ]
    if run is None or not keys:
        return []
    asked = db.list(PlanningAction, project_id=run.project_id, idempotency_key=keys)
    ids = [str((action.result or {}).get("id")) for action in asked]
    found = db.list(CardQuestion, id=ids) if ids else []
    return [question for question in found if question.status is KnowledgeStatus.DRAFT]


def _settle(work: Work, assignment: CardAssignment, last: AgentExecution | None) -> Settled:
    """Have everything in commits on the branch, and write down those that are new."""
    if last is not None and last.folder is not None:
        bring_report(Path(last.folder), worktree_of(assignment))
    card = work.db.get(Card, assignment.card_id)
    number = f"#{card.number} " if card is not None and card.number is not None else ""
    settled = settle(
        work.repository(),
        worktree_of(assignment),
        assignment.feature_branch,
        assignment.base_commit or "",
        message=f"{number}{card.title if card is not None else 'Card'}",
        agent=assignment.agent_profile,
        leave=copied_files(work, assignment),
    )
    db = work.db
    with db.transaction():
        known = {commit.sha for commit in db.list(AgentCommit, assignment_id=assignment.id)}
        for commit in settled.commits:
            if commit.sha in known:
                continue
            row = AgentCommit(
                id=new_id(),
                assignment_id=assignment.id,
                sha=commit.sha,
                branch=assignment.feature_branch,
                message=commit.message,
                committed_at=commit.committed_at,
                made_by=commit.made_by,
            )
            db.insert(row)
            payload = {
                "assignment_id": assignment.id,
                "card_id": assignment.card_id,
                "number": card.number if card is not None else None,
                "title": clipped(commit.message.partition("\n")[0], 200),
                "commit": commit.sha,
                "made_by": commit.made_by,
            }
            actor = f"agent:{assignment.agent_profile}"
            tell(db, work.run(), "commit.recorded", actor=actor, payload=payload)
        if assignment.head_commit != settled.head:
            db.update(CardAssignment, assignment.id, head_commit=settled.head)
    return settled


def _take_report(work: Work, assignment: CardAssignment, last: AgentExecution) -> str:
    """Take what the agent reported; returns what was wrong with it, in words."""
    if last.folder is None or last.report is not None:
        return ""
    actor = f"agent:{assignment.agent_profile}"
    told: dict[str, Any] = {"assignment_id": assignment.id, "execution_id": last.id}
    try:
        report = read_report(report_file(Path(last.folder)))
    except ReportMalformed as malformed:
        problem = f"Its report can't be read: {malformed}"
        with work.db.transaction():
            work.db.update(AgentExecution, last.id, report={"problem": str(malformed)})
            tell(
                work.db,
                work.run(),
                "agent.reported",
                actor=actor,
                payload={**told, "problem": problem},
            )
        return problem
    if report is None:
        return ""
    taken = take_report(work.db, assignment, last, report, actor=actor)
    with work.db.transaction():
        work.db.update(
            AgentExecution, last.id, report=_kept(report), summary=report.summary or None
        )
        if report.session:
            work.db.update(CardAssignment, assignment.id, session=report.session)
        counts = {"questions": taken.questions or None, "drafts": taken.drafts or None}
        told |= {"summary": clipped(report.summary or "", 300) or None, **counts}
        tell(work.db, work.run(), "agent.reported", actor=actor, payload=told)
    return f"The card could not take its report: {taken.problem}" if taken.problem else ""


def _kept(report: Report) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(report)
    return kept


def _is_known_not_to_do(work: Work, assignment: CardAssignment, head: str) -> bool:
    """Say whether this commit failed a check or was sent back, so that there is nothing new."""
    if (assignment.next_turn or {}).get("kind") == RECHECK:
        return False
    db, run_id = work.db, assignment.run_id
    failed = {"assignment_id": assignment.id, "status": CheckStatus.FAILED}
    sent_back = {"run_id": run_id, "status": ApprovalStatus.REJECTED}
    return (
        db.count(RunCheck, commit_sha=head, **failed) > 0
        or db.count(ApprovalRequest, commit_sha=head, **sent_back) > 0
    )


def _named(files: Any) -> str:
    names = [str(getattr(file, "path", file)) for file in files]
    more = len(names) - MOST_NAMED
    return ", ".join(clipped(name, 120) for name in names[:MOST_NAMED]) + (
        f" and {more:,} more" if more > 0 else ""
    )

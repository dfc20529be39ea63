"""What a person may want of a run: cancel it, resume it, decide about paths, clean up after it.

What is wanted is recorded first, in one transaction with its event; then a supervisor is seen to.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.approvals import close_run
from planner.runs.candidates import repository_of
from planner.runs.collecting import FORBIDDEN, unanswered
from planner.runs.folders import RunFolders
from planner.runs.git import git
from planner.runs.merging import discard
from planner.runs.open_runs import OPEN, existing_run, open_run_of_card
from planner.runs.paths import judge
from planner.runs.policy import policy_from_json
from planner.runs.reconcile import has_work, name_of
from planner.runs.states import set_assignment, set_run, tell
from planner.runs.supervisors import Supervisors
from planner.runs.work import RECHECK
from planner.runs.worktrees import remove_worktree
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    BuildState,
    Card,
    CardAssignment,
    CheckStatus,
    OrchestrationRun,
    RunCheck,
    RunScope,
    WaitsFor,
    utc_now,
)

_AT_WORK = (BuildState.QUEUED, BuildState.RUNNING)


def cancel(db: DbAdapter, run_id: str, *, actor: str, supervisors: Supervisors) -> OrchestrationRun:
    """Cancel a run: what it has begun is ended, what was made is kept on its branches.

    One that has nothing at work is cancelled at once; else its supervisor does it.

    Args:
        db: The open plan.
        run_id: The run; one that failed is closed by this.
        actor: Who wants it.
        supervisors: Sees to it.

    Returns:
        The run as it is now.

    Raises:
        Refused: It is over already, or gone.
        StoreError: The database could not be used.
    """
    with db.transaction():
        run = existing_run(db, run_id)
        if run.status in (BuildState.COMPLETED, BuildState.CANCELLED):
            raise Refused(f"{name_of(db, run)} is {run.status} already.")
        running = db.count(CardAssignment, run_id=run_id, status=BuildState.RUNNING)
        if not running and run.status is not BuildState.RUNNING:
            return close_run(db, run, actor=actor, how="Cancelled")
        if run.cancel_requested_at is None:
            wish = {"cancel_requested_at": utc_now(), "cancel_requested_by": actor}
            db.update(OrchestrationRun, run_id, **wish)
            tell(db, run, "run.cancel_requested", actor=actor, payload={"title": name_of(db, run)})
    supervisors.ensure(run_id)
    return existing_run(db, run_id)


def resume(
    db: DbAdapter,
    run_id: str,
    *,
    actor: str,
    note: str | None = None,
    card_ids: Sequence[str] = (),
    supervisors: Supervisors,
) -> OrchestrationRun:
    """Have a run go on that failed, was cancelled or waits: in the same worktrees and sessions.

    Args:
        db: The open plan.
        run_id: The run.
        actor: Who wants it.
        note: What the agent is to be told besides.
        card_ids: Whose agents get the note, where a run of several cards has none that is stuck.
        supervisors: Sees to it.

    Returns:
        The run as it is now.

    Raises:
        Refused: It goes on already, is completed, or waits for something else; says for what.
        StoreError: The database could not be used.
    """
    note = (note or "").strip() or None
    moved = _moved_branches(db, existing_run(db, run_id), supervisors.folders)
    with db.transaction():
        run = existing_run(db, run_id)
        assignments = db.list(CardAssignment, run_id=run_id)
        _check_resumable(db, run, assignments)
        turns: dict[str, dict[str, Any] | None] = {}
        refusals: list[str] = []
        for assignment in assignments:
            if assignment.status in _AT_WORK:
                continue
            alone = run.scope is RunScope.CARD and run.waits_for is not WaitsFor.APPROVAL
            meant = note is not None and (alone or assignment.card_id in card_ids)
            if assignment.status is BuildState.COMPLETED:
                if meant:
                    turns[assignment.id] = {"kind": "note", "note": note}
                elif assignment.id in moved:
                    turns[assignment.id] = {"kind": RECHECK, "note": None}
                continue
            try:
                turns[assignment.id] = _next_turn(db, assignment, note)
            except Refused as refusal:
                refusals.append(str(refusal))
        if not turns:
            _check_goes_on(db, run, note, refusals)
        for assignment_id, turn in turns.items():
            db.update(CardAssignment, assignment_id, next_turn=turn)
            payload = {"note": note, "turn": (turn or {}).get("kind")}
            set_assignment(db, assignment_id, BuildState.QUEUED, actor=actor, payload=payload)
        no_wish = {"cancel_requested_at": None, "cancel_requested_by": None}
        db.update(OrchestrationRun, run_id, **no_wish)
        told = {"title": name_of(db, run), "note": note}
        if run.status is BuildState.RUNNING:
            tell(db, run, "run.resumed", actor=actor, payload=told)
        else:
            set_run(db, run_id, BuildState.QUEUED, actor=actor, payload=told)
    supervisors.ensure(run_id)
    return existing_run(db, run_id)


def decide(
    db: DbAdapter,
    assignment_id: str,
    *,
    accept: bool,
    note: str | None = None,
    actor: str,
    supervisors: Supervisors,
) -> CardAssignment:
    """Accept the files that an agent changed besides the planned ones, or send it back.

    Args:
        db: The open plan.
        assignment_id: The assignment that waits for the decision.
        accept: Whether they may stay changed: the checks are next. Else the agent is to take them
            back.
        note: What the agent is told about it.
        actor: Who decides.
        supervisors: Sees to what is next.

    Returns:
        The assignment as it is now.

    Raises:
        Refused: It does not wait for a decision.
        StoreError: The database could not be used.
    """
    assignment = _waiting_for_decision(db, assignment_id)
    run = existing_run(db, assignment.run_id)
    paths = _undecided_paths(db, run, assignment, supervisors.folders) if accept else ()
    with db.transaction():
        assignment = _waiting_for_decision(db, assignment_id)
        words = (note or "").strip() or None
        if accept:
            values: dict[str, Any] = {
                "accepted_paths": [*dict.fromkeys([*assignment.accepted_paths, *paths])],
                "next_turn": {"kind": RECHECK, "note": None},
            }
            told: dict[str, Any] = {"accepted": [*paths], "note": words}
        else:
            values = {"next_turn": {"kind": "decision", "note": words}}
            told = {"sent_back": True, "note": words}
        db.update(CardAssignment, assignment_id, **values)
        assignment = set_assignment(db, assignment_id, BuildState.QUEUED, actor=actor, payload=told)
        if existing_run(db, run.id).status is not BuildState.RUNNING:
            set_run(db, run.id, BuildState.QUEUED, actor=actor)
    supervisors.ensure(run.id)
    return assignment


def clean(db: DbAdapter, run_id: str, *, actor: str, supervisors: Supervisors) -> tuple[str, ...]:
    """Remove the worktrees of a run that is over; its branches, commits and logs stay.

    Args:
        db: The open plan.
        run_id: The run.
        actor: Who wants it.
        supervisors: Knows whether somebody is at work on it, and where its files are.

    Returns:
        What was done, a sentence for each worktree.

    Raises:
        Refused: The run is open, or git could not remove a worktree; nothing is lost.
        StoreError: The database could not be used.
    """
    run = existing_run(db, run_id)
    with supervisors.unsupervised(run_id) as nobody:
        run = existing_run(db, run_id)
        if run.status in OPEN or not nobody:
            raise Refused(f"{name_of(db, run)} is being built. Cancel its run before cleaning up.")
        repository = repository_of(db, run, supervisors.folders)
        found = []
        discard(repository, supervisors.folders.worktree(run_id, "merge"))
        for path, branch in _worktrees(db, run, supervisors.folders):
            words = remove_worktree(repository, path, branch, run_id=run_id, name=path.name)
            event = "worktree.rescued" if "refs/planner/rescue/" in words else "worktree.removed"
            payload = {"title": words, "branch": branch, "path": str(path)}
            tell(db, run, event, actor=actor, payload=payload)
            found.append(words)
    if has_work(db, run_id):  # resumed meanwhile, by somebody who found the lock taken
        supervisors.ensure(run_id)
    return tuple(found) or ("There is no worktree of this run to remove.",)


# What is next for one assignment


def _next_turn(
    db: DbAdapter, assignment: CardAssignment, note: str | None
) -> dict[str, Any] | None:
    """Return what an assignment that is stuck is to be told next.

    Raises:
        Refused: It waits for a person to say something else first.
    """
    card = db.get(Card, assignment.card_id)
    name = f"#{card.number}" if card is not None else "It"
    if assignment.waits_for is WaitsFor.ANSWERS:
        asked = unanswered(db, assignment)
        if asked:
            listed = "\n".join(f"- {clipped(question.text, 200)}" for question in asked)
            raise Refused(f"{name} waits for answers. Answer or reject on its card:\n{listed}")
        return {"kind": "answers", "note": note}
    if assignment.waits_for is WaitsFor.DECISION:
        if note is None:
            raise Refused(
                f"{name} waits for a decision: accept the files that it changed besides the "
                "planned ones, or send it back with a note."
            )
        return {"kind": "decision", "note": note}
    if assignment.waits_for is WaitsFor.CHANGE:
        built = assignment.head_commit not in (None, assignment.base_commit)
        return {"kind": RECHECK if built and note is None else "change", "note": note}
    if assignment.next_turn is not None:  # what it was to be told, it was never told
        was = assignment.next_turn
        said = "\n\n".join(filter(None, [was.get("note"), note])) or None
        kind = was.get("kind", "again")
        # A first turn has no place for a note.
        return {"kind": "again" if kind == "first" and said else kind, "note": said}
    turns = db.list(AgentExecution, assignment_id=assignment.id)
    if not turns:
        return {"kind": "again" if note else "first", "note": note}
    if (assignment.reason or "").startswith(FORBIDDEN):
        return {"kind": "decision", "note": note or f"{assignment.reason} Take that back."}
    if turns[-1].status is not BuildState.COMPLETED:
        return {"kind": "again", "note": note}
    if db.count(
        RunCheck,
        assignment_id=assignment.id,
        commit_sha=assignment.head_commit,
        status=CheckStatus.FAILED,
    ):
        return {"kind": "checks", "note": note}
    return {"kind": "note" if note is not None else RECHECK, "note": note}


def _check_resumable(
    db: DbAdapter, run: OrchestrationRun, assignments: Sequence[CardAssignment]
) -> None:
    """Refuse to resume what is completed, or what another run builds by now."""
    if run.status is BuildState.COMPLETED:
        raise Refused(f"{name_of(db, run)} is completed; there is nothing to resume.")
    for assignment in assignments:
        other = open_run_of_card(db, assignment.card_id)
        if other is not None and other.id != run.id:
            raise Refused(f"{name_of(db, other)} is being built by another run: cancel that first.")


def _check_goes_on(
    db: DbAdapter, run: OrchestrationRun, note: str | None, refusals: Sequence[str]
) -> None:
    """Refuse to resume a run of which nothing is stuck, unless the whole of it is."""
    name = name_of(db, run)
    if refusals:
        raise Refused("\n".join(refusals))
    if run.waits_for is WaitsFor.APPROVAL:
        how = "reject it with your note" if note is not None else "approve or reject it"
        raise Refused(f"{name} waits for your approval: {how}.")
    if run.status in _AT_WORK:
        raise Refused(f"{name} goes on already.")
    if note is not None and run.scope is RunScope.WORKFLOW:
        raise Refused(f"{name} has several cards: say which the note is for.")


def _moved_branches(db: DbAdapter, run: OrchestrationRun, folders: RunFolders) -> set[str]:
    """Return the completed assignments whose branches are not where their checks passed."""
    done = [
        one
        for one in db.list(CardAssignment, run_id=run.id)
        if one.status is BuildState.COMPLETED and one.head_commit is not None
    ]
    if not done or run.status is BuildState.COMPLETED:
        return set()
    refs = {f"refs/heads/{one.feature_branch}": one for one in done}
    try:
        lines = git(
            repository_of(db, run, folders),
            "for-each-ref",
            "--format=%(objectname) %(refname)",
            "--",
            *refs,
        ).text.splitlines()
    except Refused:
        return set()
    tips = {name: sha for sha, _, name in (line.partition(" ") for line in lines)}
    return {
        one.id for ref, one in refs.items() if tips.get(ref, one.head_commit) != one.head_commit
    }


# Decisions


def _waiting_for_decision(db: DbAdapter, assignment_id: str) -> CardAssignment:
    assignment = db.get(CardAssignment, assignment_id)
    if assignment is None:
        raise Refused("This assignment has been deleted.")
    if assignment.waits_for is not WaitsFor.DECISION:
        raise Refused(f"This waits for no decision: it is {assignment.status}.")
    return assignment


def _undecided_paths(
    db: DbAdapter, run: OrchestrationRun, assignment: CardAssignment, folders: RunFolders
) -> list[str]:
    """Return the files that are neither planned nor accepted yet, and those that are protected."""
    verdict = judge(
        repository_of(db, run, folders),
        assignment.base_commit or "",
        assignment.head_commit or "",
        policy=policy_from_json(run.system_policy_snapshot),
        planned=[str(path) for path in assignment.allowed_paths],
        accepted=[str(path) for path in assignment.accepted_paths],
    )
    return [str(getattr(one, "path", one)) for one in (*verdict.protected, *verdict.outside)]


# Worktrees


def _worktrees(db: DbAdapter, run: OrchestrationRun, folders: RunFolders) -> list[tuple[Path, str]]:
    """Return every worktree that a run may have left, with its branch."""
    found = [
        (Path(one.worktree_path), one.feature_branch)
        for one in db.list(CardAssignment, run_id=run.id)
        if one.worktree_path is not None
    ]
    if run.integration_branch is not None:
        found.append((folders.worktree(run.id, "integration"), run.integration_branch))
    return [(path, branch) for path, branch in found if path.is_dir()]

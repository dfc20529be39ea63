"""What waits for a person's word, and all that they need to know to give it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

import msgspec

from planner.describe import clipped
from planner.errors import Refused
from planner.runs.approval_rules import must_be_allowed
from planner.runs.folders import RunFolders
from planner.runs.git import git, without_credentials
from planner.runs.policy import Policy, policy_from_json
from planner.runs.reads import AssignmentRead, RunRead, read_run, read_runs
from planner.runs.repository import commit_of
from planner.runs.review import Compared, Subject, compare, subject_of
from store.adapter import DbAdapter
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    CheckType,
    RunCheck,
    RunScope,
    WaitsFor,
)

RECENT = 50
"""Runs that are over among which a decision is looked for that was taken just now."""

Kind = Literal["create_pr", "merge_pr", "paths"]
"""What is asked: to open a pull request, to merge it, to accept the paths that were changed."""

State = Literal["waits", "doing", "done", "rejected"]
"""Whether the word was given, and acted on."""


class Decision(msgspec.Struct, frozen=True):
    """Something that a person is asked.

    Attributes:
        kind: What is asked.
        state: Whether the word was given, and acted on.
        since: When it was asked.
        name: What it is about: ``#42 Sign in``.
        agent: Who built it.
        run: The run.
        assignment: The assignment, where it is about one.
        request: The request for an approval, where it is one.
    """

    kind: Kind
    state: State
    since: str
    name: str
    agent: str
    run: RunRead
    assignment: AssignmentRead | None = None
    request: ApprovalRequest | None = None

    @property
    def id(self) -> str:
        """The id of the request or, where there is none, of the assignment."""
        if self.request is not None:
            return self.request.id
        return self.assignment.id if self.assignment is not None else self.run.id


class CheckResult(msgspec.Struct, frozen=True):
    """How a check stands at the commit that is decided about.

    Attributes:
        check_type: Which check.
        check: What it came to; None where it has not run at this commit.
        whose: The card it is of, where there are several; empty for the whole.
    """

    check_type: str
    check: RunCheck | None
    whose: str = ""


class Review(msgspec.Struct, frozen=True):
    """What is known of a decision from the database.

    Attributes:
        decision: What is asked, with its run read whole.
        policy: What the run is held to.
        checks: How every required check stands, and those that ran besides.
        subject: What git is to compare; None where it can't.
        problem: Why it can't.
        refusal: Why this person may not say yes; empty where they may.
    """

    decision: Decision
    policy: Policy
    checks: tuple[CheckResult, ...]
    subject: Subject | None
    problem: str
    refusal: str

    @property
    def commit(self) -> str | None:
        """The commit that is decided about."""
        request = self.decision.request
        if request is not None:
            return request.commit_sha
        assignment = self.decision.assignment
        return assignment.assignment.head_commit if assignment is not None else None


class Looked(msgspec.Struct, frozen=True):
    """What git has told of a decision.

    Attributes:
        compared: What changed.
        behind: Commits on the base branch since the work began; None where that is not known.
        moved: Why the branch is not what was checked; empty where it is.
        remote: What ``origin`` stands for, without any password; None where there is none.
    """

    compared: Compared
    behind: int | None
    moved: str = ""
    remote: str | None = None


def read_decisions(
    db: DbAdapter, project_id: str, also: Collection[str] = ()
) -> tuple[Decision, ...]:
    """Read what a project asks a person: what waits first, the oldest first.

    Args:
        db: The open plan.
        project_id: The project.
        also: Ids of decisions that are to be listed although the word was given and acted on.
    """
    order: tuple[State, ...] = ("waits", "doing", "rejected", "done")
    found = [
        decision
        for read in read_runs(db, project_id, RECENT)
        for decision in _asked(read, also)
        if decision.state in ("waits", "doing") or decision.id in also
    ]
    found.sort(key=lambda decision: (order.index(decision.state), decision.since, decision.id))
    return tuple(found)


def read_review(
    db: DbAdapter, run_id: str, decision_id: str, *, actor: str, folders: RunFolders | None
) -> Review | None:
    """Read all that the database knows of a decision; None when it is gone.

    Args:
        db: The open plan.
        run_id: Its run.
        decision_id: The decision.
        actor: Who is to decide.
        folders: Where runs keep their files.
    """
    with db.view():
        read = read_run(db, run_id)
        asked = _asked(read, (decision_id,)) if read is not None else ()
        decision = next((each for each in asked if each.id == decision_id), None)
        if decision is None:
            return None
        run = decision.run.run
        policy = policy_from_json(run.system_policy_snapshot)
        subject, problem, refusal = None, "", ""
        try:
            meant = (
                decision.assignment.id if decision.kind == "paths" and decision.assignment else None
            )
            subject = subject_of(db, decision.run, meant, folders)
        except Refused as refused:
            problem = str(refused)
        if decision.request is not None and decision.state == "waits":
            try:
                must_be_allowed(run, actor)
            except Refused as refused:
                refusal = str(refused)
    return Review(decision, policy, tuple(_checks(decision, policy)), subject, problem, refusal)


def look(subject: Subject, commit: str | None) -> Looked:
    """Have git tell what changed, and what happened to the branches since. It can take long.

    Args:
        subject: What is to be compared.
        commit: The commit that is decided about.

    Raises:
        Refused: Git could not tell.
    """
    compared = compare(subject)
    return Looked(compared, _behind(subject), _moved(subject, commit), _remote(subject))


def _behind(subject: Subject) -> int | None:
    try:
        tip = commit_of(subject.repository, subject.base_branch)
        if tip == subject.base:
            return 0
        count = git(subject.repository, "rev-list", "--count", tip, f"^{subject.head}", "--")
        return int(count.text)
    except (Refused, ValueError):
        return None


def _moved(subject: Subject, commit: str | None) -> str:
    """Say why the branch is not at the commit that was checked."""
    if commit is None or not subject.branch:
        return ""
    try:
        tip = commit_of(subject.repository, subject.branch)
    except Refused:
        return f"The branch {subject.branch} is gone."
    if tip == commit:
        return ""
    return f"The branch {subject.branch} is at {tip[:10]} now; what was checked is {commit[:10]}."


def _remote(subject: Subject) -> str | None:
    found = git(subject.repository, "remote", "get-url", "--push", "origin", check=False)
    url = found.text.strip()
    return without_credentials(url) if found.exit_code == 0 and url else None


def _asked(read: RunRead, also: Collection[str]) -> Iterator[Decision]:
    """Yield what a run asks and has asked."""
    agent = read.run.agent_profile or ""
    for assignment in read.assignments:
        row = assignment.assignment
        waits = row.status is BuildState.BLOCKED and row.waits_for is WaitsFor.DECISION
        if waits or assignment.id in also:
            yield Decision(
                "paths",
                "waits" if waits else "done",
                row.updated_at,
                _name(assignment.number, assignment.title),
                row.agent_profile,
                read,
                assignment,
            )
    alone = read.assignments[0] if read.run.scope is RunScope.CARD and read.assignments else None
    for request in read.approvals:
        state = _state(request)
        if state == "doing" and not read.is_open:
            continue  # the run was closed before it came to it
        yield Decision(
            "create_pr" if request.approval_type is ApprovalType.CREATE_PR else "merge_pr",
            state,
            request.requested_at,
            _name(read.number, read.title),
            agent or (alone.assignment.agent_profile if alone is not None else ""),
            read,
            alone,
            request,
        )


def _state(request: ApprovalRequest) -> State:
    if request.status is ApprovalStatus.PENDING:
        return "waits"
    if request.status is ApprovalStatus.REJECTED:
        return "rejected"
    return "done" if request.acted_at is not None else "doing"


def _checks(decision: Decision, policy: Policy) -> Iterator[CheckResult]:
    """Yield how the checks stand, in the order of the policy; those of the whole run first."""
    run = decision.run
    alone = decision.assignment
    if alone is not None:
        commit = alone.assignment.head_commit
        yield from _results(alone.checks, commit, policy.required_checks, "")
        return
    request = decision.request
    commit = request.commit_sha if request is not None else run.run.head_commit
    yield from _results(run.checks, commit, policy.required_checks, "")
    for each in run.assignments:
        name, head = _name(each.number, each.title), each.assignment.head_commit
        yield from _results(each.checks, head, (), name)


def _results(
    checks: Collection[RunCheck], commit: str | None, required: Collection[CheckType], whose: str
) -> Iterator[CheckResult]:
    latest = {check.check_type: check for check in checks if check.commit_sha == commit}
    for name in dict.fromkeys((*required, *latest)):
        yield CheckResult(str(name), latest.get(name), whose)


def _name(number: int | None, title: str) -> str:
    return f"#{number} {clipped(title)}" if number is not None else clipped(title)

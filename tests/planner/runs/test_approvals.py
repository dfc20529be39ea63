"""What a person is asked, and what they may say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import Refused
from planner.runs.approvals import approve, reject, request_approval, withdraw_requests
from store.adapter import DbAdapter
from store.records import (
    ApprovalStatus,
    ApprovalType,
    BuildState,
    Card,
    CardAssignment,
    CardStatus,
    DiffComment,
    EventLog,
    OrchestrationRun,
    PullRequestStatus,
    RunScope,
    WaitsFor,
)
from tests.planner.plans import opened
from tests.planner.runs.deliveries import BRANCH, Built, commit, git

CREATE, MERGE = ApprovalType.CREATE_PR, ApprovalType.MERGE_PR


@pytest.fixture
def db(database_path: Path) -> Iterator[DbAdapter]:
    with opened(database_path) as db:
        yield db


@pytest.fixture
def built(db: DbAdapter, tmp_path: Path) -> Built:
    return Built(db, tmp_path)


def test_what_passed_every_check_is_asked_about_once(built: Built, db: DbAdapter) -> None:
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    assert request_approval(db, built.run_id, CREATE, commit=built.head) == asked
    assert built.requests() == [asked]
    assert (asked.status, asked.commit_sha) == (ApprovalStatus.PENDING, built.head)
    assert (built.run.status, built.run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL)
    assert built.candidate.status is PullRequestStatus.NOT_CREATED
    assert built.candidate.head_branch == BRANCH
    assert [*built.events("approval")] == ["approval.requested supervisor"]
    card = db.get(Card, "c1")
    assert card is not None
    assert card.status is CardStatus.REVIEW


def test_no_check_no_request(built: Built, db: DbAdapter) -> None:
    newer = built.head[::-1]
    with pytest.raises(Refused, match="not all passed"):
        request_approval(db, built.run_id, CREATE, commit=newer)
    built.add_check(newer, "skipped")
    with pytest.raises(Refused, match="not all passed"):
        request_approval(db, built.run_id, CREATE, commit=newer)
    with pytest.raises(Refused, match="no pull request"):
        request_approval(db, built.run_id, MERGE, commit=built.head)
    assert built.requests() == []


def test_a_newer_commit_supersedes_what_was_asked(built: Built, db: DbAdapter) -> None:
    old = request_approval(db, built.run_id, CREATE, commit=built.head)
    newer = built.head[::-1]
    built.add_check(newer)
    new = request_approval(db, built.run_id, CREATE, commit=newer)
    first, second = built.requests()
    assert (first.id, first.status, first.resolved_by) == (old.id, "rejected", "supervisor")
    assert first.notes is not None
    assert "superseded" in first.notes
    assert (second.id, second.status) == (new.id, "pending")
    with pytest.raises(Refused, match="rejected by supervisor already"):
        approve(db, old.id, actor="bob", supervisors=built.supervisors)
    assert withdraw_requests(db, built.run_id, note="the run goes on") == 1
    assert withdraw_requests(db, built.run_id, note="the run goes on") == 0


def test_the_description_is_literal_whatever_people_and_agents_write(
    built: Built, db: DbAdapter
) -> None:
    request_approval(db, built.run_id, CREATE, commit=built.head)
    title, body = built.candidate.title, built.candidate.description
    assert title.startswith('#1 Sign "in"; $(touch /tmp/pwned) `x` Fixes #7 @ana')
    assert title.isprintable()
    assert "- ```Refuse ``spaces``.```" in body
    assert "````text\nDone.\n```\nFixes #1 @bob\n```\n````" in body
    assert "- unit passed in 0.5 s: `true`" in body
    assert "- `sign in.py`: added, planned" in body
    assert "- `never.py`: planned, not changed" in body
    assert f"at `{built.base}`" in body
    assert "\x1b" not in body


def test_an_approval_is_recorded_before_anything_is_done(built: Built, db: DbAdapter) -> None:
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    given = approve(
        db,
        asked.id,
        actor="bob",
        note="  Well done.  ",
        supervisors=built.supervisors,
    )
    assert (given.status, given.resolved_by, given.notes) == ("approved", "bob", "Well done.")
    assert given.acted_at is None
    assert built.run.status is BuildState.QUEUED
    assert built.supervisors.wanted == [built.run_id]
    assert [*built.events("approval")][1:] == ["approval.approved bob"]
    for again in (approve, reject):
        with pytest.raises(Refused, match=r"approved by bob already.*Well done"):
            again(db, asked.id, actor="bob", note="x", supervisors=built.supervisors)
    with pytest.raises(Refused, match="no request"):
        approve(db, "nothing", actor="bob", supervisors=built.supervisors)


def test_a_branch_that_moved_must_be_checked_again(built: Built, db: DbAdapter) -> None:
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    git(built.repository, "checkout", "--quiet", BRANCH)
    newer = commit(built.repository, "slipped in.py", "x = 1\n")
    with pytest.raises(Refused, match=f"is at {newer[:10]} now"):
        approve(db, asked.id, actor="bob", supervisors=built.supervisors)
    git(built.repository, "checkout", "--quiet", "main")
    git(built.repository, "branch", "-D", BRANCH)
    with pytest.raises(Refused, match="is gone"):
        approve(db, asked.id, actor="bob", supervisors=built.supervisors)
    assert built.supervisors.wanted == []
    assert built.run.status is BuildState.BLOCKED


@pytest.mark.parametrize(
    ("rules", "actor", "refusal"),
    [
        ({"approvers": ["carol", "dan"]}, "bob", "names carol, dan"),
        ({"another_person": True}, "ana", "another person"),
    ],
)
def test_the_policy_says_who_may_approve(
    db: DbAdapter, tmp_path: Path, rules: dict[str, object], actor: str, refusal: str
) -> None:
    built = Built(db, tmp_path, approval=rules)
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    with pytest.raises(Refused, match=refusal):
        approve(db, asked.id, actor=actor, supervisors=built.supervisors)
    assert built.supervisors.wanted == []
    approve(db, asked.id, actor="carol", supervisors=built.supervisors)


def test_a_note_goes_back_to_the_agent(built: Built, db: DbAdapter) -> None:
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    with pytest.raises(Refused, match="Say in a note"):
        reject(db, asked.id, actor="bob", note=" \n", supervisors=built.supervisors)
    note = "No; rm -rf / $(x)\n--yes"
    gone = reject(db, asked.id, actor="bob", note=note, supervisors=built.supervisors)
    assert (gone.status, gone.notes) == ("rejected", note)
    (assignment,) = db.list(CardAssignment, run_id=built.run_id)
    assert assignment.next_turn == {"kind": "note", "note": note}
    assert assignment.status is BuildState.QUEUED
    assert built.run.status is BuildState.QUEUED
    assert built.supervisors.wanted == [built.run_id]
    with pytest.raises(Refused, match="rejected by bob already"):
        reject(db, asked.id, actor="bob", note="again", supervisors=built.supervisors)


def test_closing_keeps_the_work(built: Built, db: DbAdapter) -> None:
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    reject(db, asked.id, actor="bob", close=True, supervisors=built.supervisors)
    assert built.run.status is BuildState.CANCELLED
    assert built.candidate.status is PullRequestStatus.CLOSED
    assert built.branch(BRANCH) == built.head
    assert built.supervisors.wanted == []
    assert [*built.events("pull_request")] == ["pull_request.closed bob"]
    assert {row.actor for row in db.list(EventLog, event_type="run.cancelled")} == {"bob"}


def test_a_workflows_note_goes_to_the_cards_that_are_meant(built: Built, db: DbAdapter) -> None:
    db.update(
        OrchestrationRun,
        built.run_id,
        scope=RunScope.WORKFLOW,
        card_id=None,
        workflow_id="w1",
        integration_branch=BRANCH,
    )
    built.add_card("c2", "Sign out")
    built.assign("c2", "planner/2-sign-out-abc123", built.head)
    built.add_check(built.head, assignment=None)
    asked = request_approval(db, built.run_id, CREATE, commit=built.head)
    told = {"actor": "bob", "note": "Shorter.", "supervisors": built.supervisors}
    with pytest.raises(Refused, match="say which"):
        reject(db, asked.id, **told)
    with pytest.raises(Refused, match="not part of this run"):
        reject(db, asked.id, card_ids=["c3"], **told)
    db.insert(
        DiffComment(
            id="comment",
            assignment_id="of-c2",
            commit_sha=built.head,
            path="sign in.py",
            side="new",
            line=1,
            text="Why?",
            author="bob",
        )
    )
    reject(db, asked.id, **told)
    states = {each.card_id: each.status for each in db.list(CardAssignment, run_id=built.run_id)}
    assert states == {"c1": BuildState.COMPLETED, "c2": BuildState.QUEUED}

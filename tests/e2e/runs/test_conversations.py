"""Runs that need a person: asked, answered, sent back, cancelled, approved, whatever they say."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.approvals import approve, reject
from planner.runs.comments import add_comment
from planner.runs.control import cancel, clean, decide, resume
from planner.runs.reconcile import look_after
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    CardQuestion,
    CardStatus,
    DiffComment,
    DiffSide,
    Project,
    PullRequestCandidate,
    RunCheck,
    WaitsFor,
)
from tests.e2e.runs.workshop import POLICY, Workshop, processes_of, run_until, workshop
from tests.planner.plans import request
from tests.planner.runs.repositories import run_git, tip

HOSTILE = (
    "--upload-pack=touch pwned; $(touch pwned) `touch pwned` 'quo\"ted' \\ ../../x\n"
    "::set-output\x1b[2J\x1b]0;pwned\x07\r\x00 [red]|&<> #1 日本語 \u202eevil {prompt} {session} "
    + "x"
    * 3000
)
"""What a person, or a card, may say."""

SAID = HOSTILE.replace("\x00", "")

ASK = {"questions": [{"text": f"Which? {SAID[:200]}"}], "summary": "I must know."}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("talk")) as shop:
        (shop.root / "ask.json").write_text(json.dumps(ASK))
        yield shop


def agent_of(*turns: str) -> str:
    """Write an agent that does another thing in each turn; what it is told is in ``told.log``."""
    cases = "\n".join(f"{number}) {turn} ;;" for number, turn in enumerate(turns, 1))
    return f'cat > told.log\ncase "$PLANNER_TURN" in\n{cases}\nesac'


def told(shop: Workshop, run_id: str) -> str:
    """Return what the agent was told last, as it read it."""
    return (shop.worktree(run_id) / "told.log").read_text()


def goes_on(shop: Workshop, run_id: str, note: str | None = None) -> None:
    resume(shop.db, run_id, actor="ana", note=note, supervisors=shop.supervisors)
    shop.rest(run_id)


def pending(shop: Workshop, run_id: str) -> ApprovalRequest:
    """Return the only thing that a run asks for."""
    run = shop.run(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL), (
        f"{run.reason} {shop.log(run_id)}"
    )
    (asked,) = shop.db.list(ApprovalRequest, run_id=run_id, status=ApprovalStatus.PENDING)
    assert asked.commit_sha == shop.assignment(run_id).head_commit
    return asked


def test_it_asks_is_answered_and_resumes_its_session(shop: Workshop) -> None:
    script = agent_of(f"cp '{shop.root}/ask.json' $PLANNER_REPORT", "echo done > src/made.txt")
    agent = shop.agent("asker", f'echo "$@" >> sessions.log\n{script}')
    agent = msgspec.structs.replace(
        agent,
        command=(*agent.command, "new", "{session}"),
        resume_command=(*agent.command, "resume", "{session}"),
    )
    run_id = shop.start(shop.card(planned=["src/made.txt"]), agent)
    run = shop.rest(run_id)
    assert (run.status, shop.assignment(run_id).waits_for) == ("blocked", WaitsFor.ANSWERS)
    assert shop.card_of(run_id).status is CardStatus.QUESTIONS
    (question,) = shop.db.list(CardQuestion, card_id=run.card_id)
    assert (question.text, question.source, question.status) == (
        ASK["questions"][0]["text"],  # type: ignore[index]
        "agent",
        "draft",
    )
    with pytest.raises(Refused, match="waits for answers"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert look_after(shop.db, shop.supervisors) == ()

    answer = {"id": question.id, "answer": f"This one. {SAID}"}
    shop.apply(request("answerCardQuestion", {"card_id": run.card_id}, **answer))
    goes_on(shop, run_id)
    pending(shop, run_id)
    assert "This one. --upload-pack=touch pwned; $(touch pwned)" in told(shop, run_id)
    assert [turn.turn for turn in shop.turns(run_id)] == [1, 2]
    first, second = (shop.worktree(run_id) / "sessions.log").read_text().splitlines()
    assert first.split()[0] == "new"
    assert second == f"resume {first.split()[1]}"


def test_what_failed_is_built_on_in_the_same_worktree(shop: Workshop) -> None:
    turns = [
        "echo half > src/made.txt; exit 3",
        "echo BROKEN >> src/made.txt",
        "echo nothing > /dev/null",
        "echo whole > src/made.txt",
    ]
    run_id = shop.build(agent_of(*turns), planned=["src/made.txt"])
    assert shop.assignment(run_id).reason == "The agent exited with 3."
    goes_on(shop, run_id, note=f"Try again. {HOSTILE}")
    assert "Try again. --upload-pack=touch pwned" in told(shop, run_id)
    assert "unit failed" in (shop.assignment(run_id).reason or "")

    goes_on(shop, run_id)
    assert "made.txt:BROKEN" in told(shop, run_id)
    assert shop.assignment(run_id).waits_for is WaitsFor.CHANGE
    goes_on(shop, run_id, note="Then do it.")
    asked = pending(shop, run_id)
    assert shop.checks(run_id) == {"policy": "passed", "unit": "passed"}
    passed = shop.db.list(RunCheck, run_id=run_id, check_type="unit", status="passed")
    assert [check.commit_sha for check in passed] == [asked.commit_sha]
    assert run_git(shop.repository, "show", f"{asked.commit_sha}:src/made.txt") == "whole"


def test_a_person_decides_about_files_that_nobody_planned(shop: Workshop) -> None:
    cheat = "echo BROKEN > src/made.txt; echo exit 0 > check.sh"
    accepted = shop.build(agent_of(cheat), planned=["src/made.txt"])
    assert shop.assignment(accepted).waits_for is WaitsFor.DECISION
    assignment = shop.assignment(accepted).id
    decide(shop.db, assignment, accept=True, actor="ana", supervisors=shop.supervisors)
    shop.rest(accepted)
    pending(shop, accepted)
    (check,) = shop.db.list(RunCheck, run_id=accepted, check_type="unit")
    assert (check.status, check.command) == ("passed", ["sh", "./check.sh"])
    assert check.changed_files == ["check.sh"]

    mend = "git checkout -q HEAD~1 check.sh; echo done > src/made.txt"
    sent_back = shop.build(agent_of(cheat, mend), planned=["src/made.txt"])
    decide(
        shop.db,
        shop.assignment(sent_back).id,
        accept=False,
        note="Not the check!",
        actor="ana",
        supervisors=shop.supervisors,
    )
    shop.rest(sent_back)
    assert "Not the check!" in told(shop, sent_back)
    pending(shop, sent_back)
    assert shop.files(sent_back) == {"src/made.txt": "A"}
    (check,) = shop.db.list(RunCheck, run_id=sent_back, check_type="unit")
    assert (check.status, check.changed_files) == ("passed", [])


def test_a_rejection_goes_back_to_the_agent(shop: Workshop) -> None:
    turns = ["echo one > src/made.txt", "echo two > src/made.txt"]
    run_id = shop.build(agent_of(*turns), planned=["src/made.txt"])
    asked = pending(shop, run_id)
    add_comment(
        shop.db,
        shop.assignment(run_id).id,
        path="src/made.txt",
        side=DiffSide.NEW,
        line=1,
        commit=asked.commit_sha or "",
        quoted="one",
        text=f"I meant two. {HOSTILE}",
        author="ana",
    )
    reject(shop.db, asked.id, actor="ana", note="No: two.", supervisors=shop.supervisors)
    shop.rest(run_id)
    assert "No: two." in told(shop, run_id)
    assert "I meant two. --upload-pack" in told(shop, run_id)
    assert pending(shop, run_id).commit_sha != asked.commit_sha
    (comment,) = shop.db.list(DiffComment, assignment_id=shop.assignment(run_id).id)
    assert comment.execution_id == shop.turns(run_id)[1].id
    with pytest.raises(Refused):
        approve(shop.db, asked.id, actor="ana", supervisors=shop.supervisors)
    # One that does nothing about it does not ask again for what was sent back.
    asked = pending(shop, run_id)
    reject(shop.db, asked.id, actor="ana", note="No: three.", supervisors=shop.supervisors)
    shop.rest(run_id)
    assert shop.assignment(run_id).waits_for is WaitsFor.CHANGE
    goes_on(shop, run_id)  # without a note: the person takes it as it is
    reject(shop.db, pending(shop, run_id).id, actor="ana", close=True, supervisors=shop.supervisors)
    assert shop.rest(run_id).status is BuildState.CANCELLED
    assert shop.card_of(run_id).status is CardStatus.TODO


def test_cancelling_ends_the_agent_and_keeps_its_work(shop: Workshop) -> None:
    script = "echo half > src/made.txt; setsid sleep 600 & touch begun.log; sleep 600"
    run_id = shop.start(shop.card(planned=["src/made.txt"]), shop.agent("slow", script))
    run_until(shop.db, run_id, lambda _: (shop.worktree(run_id) / "begun.log").exists())
    assert processes_of(run_id) != []
    cancel(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    run = shop.rest(run_id)
    assert (run.status, shop.assignment(run_id).status) == ("cancelled", "cancelled")
    assert processes_of(run_id) == []
    assert shop.files(run_id) == {"src/made.txt": "A"}
    assert shop.card_of(run_id).status is CardStatus.TODO
    (turn,) = shop.turns(run_id)
    assert turn.status is BuildState.CANCELLED
    (words,) = clean(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert "stays" in words
    assert not shop.worktree(run_id).exists()
    assert shop.files(run_id) == {"src/made.txt": "A"}


def test_a_run_keeps_the_policy_and_the_card_it_began_with(shop: Workshop) -> None:
    script = "cat > told.log; touch begun.log; while [ ! -e go.log ]; do sleep 0.02; done"
    agent = shop.agent("waiter", f"{script}; echo done > src/made.txt")
    run_id = shop.start(shop.card("Before", planned=["src/made.txt"]), agent)
    run_until(shop.db, run_id, lambda _: (shop.worktree(run_id) / "begun.log").exists())
    stricter = {"check_commands": {"unit": ("false",)}, "forbidden_paths": ("src/",)}
    shop.policy(msgspec.structs.replace(POLICY, **stricter))
    shop.apply(
        request("updateCard", {"card_id": shop.assignment(run_id).card_id}, title="After"),
    )
    (shop.worktree(run_id) / "go.log").touch()
    shop.rest(run_id)
    shop.policy(POLICY)
    pending(shop, run_id)
    (check,) = shop.db.list(RunCheck, run_id=run_id, check_type="unit")
    assert check.command == ["sh", "./check.sh"]
    assert "Before" in told(shop, run_id)
    assert "After" not in told(shop, run_id)


def test_whatever_is_said_does_no_harm_on_the_way_to_production(shop: Workshop) -> None:
    script = """
        git branch -- 'a;b$(pwned)'; echo done > src/made.txt; mkdir -p -- '-d $(x)'
        echo x > "-d \\$(x)/--ünï
        code; rm -rf .log.txt"; git add -A; git commit -qm "$(cat told.log | head -c 4000)"
        for hook in pre-commit post-commit post-checkout pre-push pre-merge-commit post-merge \\
            reference-transaction post-index-change; do
            path="$(git rev-parse --git-common-dir)/hooks/$hook"
            printf '#!/bin/sh\\ntouch "%s/hooked"\\n' "$PWD" > "$path"; chmod +x "$path"
        done"""
    agent = shop.agent("hostile", f"cat > told.log; {script}")
    card = shop.card(SAID, planned=[])
    run_id = shop.start(card, agent, actor=SAID[:60])
    shop.rest(run_id)
    asked = pending(shop, run_id)
    branch = shop.assignment(run_id).feature_branch
    assert branch.isascii()
    assert branch.isprintable()
    assert len(branch) < 80

    approve(shop.db, asked.id, actor=SAID[:60], note=HOSTILE, supervisors=shop.supervisors)
    shop.rest(run_id)
    assert tip(shop.remote, branch) == asked.commit_sha
    (candidate,) = shop.db.list(PullRequestCandidate, run_id=run_id)
    assert candidate.head_commit == asked.commit_sha
    merge = pending(shop, run_id)
    assert merge.approval_type == "merge_pr"
    approve(shop.db, merge.id, actor=SAID[:60], note=HOSTILE, supervisors=shop.supervisors)
    run = shop.rest(run_id)
    assert run.status is BuildState.COMPLETED, run.reason
    assert shop.card_of(run_id).status is CardStatus.PRODUCTION
    assert (shop.repository / "-d $(x)").is_dir()
    # None of the hooks that the agent left has run; from here on the test's own git runs them.
    assert not (shop.worktree(run_id) / "hooked").exists()
    assert run_git(shop.repository, "status", "--porcelain") == ""
    for folder in (Path.cwd(), shop.repository, shop.root, shop.folders.root, Path("/")):
        assert not (folder / "pwned").exists()
    assert shop.db.get(Project, shop.project_id) is not None


def test_one_that_waits_gives_its_place_to_the_next(shop: Workshop) -> None:
    limits = msgspec.structs.replace(POLICY.limits, agents_at_once=1)
    shop.policy(msgspec.structs.replace(POLICY, limits=limits))
    script = agent_of(
        f"touch begun.log; while [ ! -e go.log ]; do sleep 0.02; done;"
        f" cp '{shop.root}/ask.json' $PLANNER_REPORT"
    )
    first = shop.start(shop.card(), shop.agent("first", script))
    run_until(shop.db, first, lambda _: (shop.worktree(first) / "begun.log").exists())
    second = shop.start(shop.card(), shop.agent("second", "echo done > src/second.txt"))
    run_until(shop.db, second, lambda run: shop.assignment(second).waits_for is WaitsFor.PLACE)
    (shop.worktree(first) / "go.log").touch()
    shop.rest(first)
    shop.rest(second)
    shop.policy(POLICY)
    assert shop.assignment(first).waits_for is WaitsFor.ANSWERS
    pending(shop, second)

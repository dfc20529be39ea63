"""What was approved, done by supervisors: at a base that moved, and killed while they do it."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from planner.runs.approvals import approve
from planner.runs.control import clean
from planner.runs.policy import Policy
from planner.runs.reconcile import look_after
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    BuildState,
    CheckType,
    EventLog,
    OrchestrationRun,
    RunCheck,
)
from tests.e2e.runs.workshop import PATIENCE, POLICY, Workshop, processes_of, workshop
from tests.planner.runs.repositories import commit, run_git, tip

KILLS = 4
STEP = 0.1
"""How often a delivery is killed, and how many seconds later each time."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("delivered")) as shop:
        yield shop


def approve_next(shop: Workshop, run_id: str) -> None:
    asked = shop.db.list(ApprovalRequest, run_id=run_id, status=ApprovalStatus.PENDING)
    approve(shop.db, asked[-1].id, actor="ana", supervisors=shop.supervisors)


def supervisors_of(run_id: str) -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if run_id in (process.info["cmdline"] or ())]


def test_a_merge_with_a_base_that_moved_is_checked_first(shop: Workshop) -> None:
    # Together with what main has by then it fails, though each is right for itself.
    run_id = shop.build("echo BRO > src/half.txt; printf KEN >> src/half.txt", setup=(("true",),))
    theirs = commit(shop.repository, "Stricter", {"check.sh": "! grep -r BRO src\n"})
    for _ in range(2):
        approve_next(shop, run_id)
        run = shop.rest(run_id)
    assert run.status is BuildState.BLOCKED
    assert f"main has moved on to {theirs[:10]}" in (run.reason or "")
    assert "unit failed" in (run.reason or "")
    assert tip(shop.repository) == theirs
    merge = shop.db.list(RunCheck, run_id=run_id)[-1]
    assert (merge.status.value, merge.assignment_id) == ("failed", None)
    assert merge.commit_sha not in (theirs, run.head_commit)
    commit(shop.repository, "As before", {"check.sh": "true\n"})
    approve_next(shop, run_id)
    assert shop.rest(run_id).status is BuildState.COMPLETED
    outcome = shop.db.list(ApprovalRequest, run_id=run_id)[-1].outcome or ""
    assert "passed at the merge, too" in outcome
    assert run_git(shop.repository, "worktree", "list").count("\n") == 1
    assert run_git(shop.repository, "status", "--porcelain") == ""


def test_killed_while_it_delivers_it_is_done_once(shop: Workshop) -> None:
    run_id = shop.build("echo all > src/kill.txt")
    hook = shop.remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 0.2\n")
    hook.chmod(0o755)
    kills = 0
    for _ in range(2):
        approve_next(shop, run_id)
        # Each time it is let live a little longer.
        delays = iter(STEP * number for number in range(KILLS))
        deadline = time.monotonic() + PATIENCE
        while shop.run(run_id).status not in (BuildState.BLOCKED, BuildState.COMPLETED):
            assert time.monotonic() < deadline
            if supervisors_of(run_id) and (delay := next(delays, None)) is not None:
                time.sleep(delay)
                # The supervisor first, which must not live to see that its git was killed.
                for process in [*supervisors_of(run_id), *processes_of(run_id)]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                        kills += 1
            time.sleep(0.01)
            look_after(shop.db, shop.supervisors)
        run = shop.rest(run_id)
    assert run.status is BuildState.COMPLETED, run.reason
    assert kills > 2
    assert tip(shop.remote, shop.assignment(run_id).feature_branch) == run.head_commit
    merges = run_git(shop.repository, "log", "--merges", "--format=%P", "main").splitlines()
    assert sum((run.head_commit or "?") in line for line in merges) == 1
    told = [event.event_type for event in shop.db.list(EventLog, run_id=run_id)]
    for once in ("pull_request.pushed", "pull_request.opened", "pull_request.merged"):
        assert told.count(once) == 1, once
    assert run_git(shop.repository, "status", "--porcelain") == ""


def test_a_workflow_is_made_ready_before_its_cards_are_checked_together(
    shop: Workshop, tmp_path: Path
) -> None:
    checks = (CheckType.UNIT, CheckType.INTEGRATION)
    commands = {"unit": ("test", "-e", "build/ready"), "integration": ("test", "-e", "build/ready")}
    shop.policy(Policy(required_checks=checks, check_commands=commands))
    try:
        for name in ("one", "two"):
            shop.card(name, workflow="Ready")
        script = 'echo "$PLANNER_CARD_ID" > "src/$PLANNER_CARD_ID.txt"'
        setup = (("mkdir", "-p", "build"), ("touch", "build/ready"))
        run_id = shop.start_workflow("Ready", shop.agent("ready", script, setup=setup))
        run = shop.rest(run_id)
    finally:
        shop.policy(POLICY)
    assert run.status is BuildState.BLOCKED, run.reason
    assert shop.checks(run_id)["integration"] == "passed"
    for _ in range(2):
        approve_next(shop, run_id)
        run = shop.rest(run_id)
    assert run.status is BuildState.COMPLETED
    assert len(clean(shop.db, run_id, actor="ana", supervisors=shop.supervisors)) == 3
    assert shop.db.get(OrchestrationRun, run_id) == run

"""Runs driven by their supervisors, from a card that is ready to one that is in production."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.runs.approvals import approve
from planner.runs.control import resume
from store.records import ApprovalRequest, ApprovalStatus, BuildState, CardStatus, WaitsFor
from tests.e2e.runs.workshop import Workshop, workshop
from tests.planner.runs.repositories import run_git, tip, write


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("driven")) as shop:
        yield shop


@pytest.fixture(autouse=True)
def _at_home(home: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(shop.root / "home"))


def approve_next(shop: Workshop, run_id: str) -> None:
    """Approve what a run asks for, and wait until that is done."""
    asked = shop.db.list(ApprovalRequest, run_id=run_id, status=ApprovalStatus.PENDING)
    approve(shop.db, asked[-1].id, actor="ana", supervisors=shop.supervisors)
    shop.rest(run_id)


def test_a_card_is_built_approved_and_merged(shop: Workshop) -> None:
    run_id = shop.build("echo done > src/list.txt; echo hi; cat > /dev/null")
    run, card = shop.run(run_id), shop.card_of(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.APPROVAL), run.reason
    assert (card.status, card.build_state) == (CardStatus.REVIEW, BuildState.COMPLETED)
    assert card.last_build_ref == shop.assignment(run_id).head_commit == run.head_commit
    assert shop.checks(run_id) == {"policy": "passed", "unit": "passed"}
    assert shop.files(run_id) == {"src/list.txt": "M"}
    assert shop.untouched()
    (turn,) = shop.turns(run_id)
    assert (turn.status, turn.exit_code) == (BuildState.COMPLETED, 0)
    assert shop.log(run_id) == "hi\n"
    assert shop.folders.supervisor_log(run_id).read_text() == ""
    assert run.supervisor_pid is None

    approve_next(shop, run_id)
    branch = shop.assignment(run_id).feature_branch
    assert tip(shop.remote, branch) == run.head_commit
    assert shop.untouched()
    approve_next(shop, run_id)
    assert shop.run(run_id).status is BuildState.COMPLETED
    assert shop.card_of(run_id).status is CardStatus.PRODUCTION
    assert (shop.repository / "src/list.txt").read_text() == "done\n"
    assert run_git(shop.repository, "status", "--porcelain") == ""
    with pytest.raises(Exception, match="completed"):
        resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)


def test_a_branch_that_conflicts_goes_back_to_its_agent(shop: Workshop) -> None:
    run_id = shop.build(
        """
        cat > ../prompt
        if [ $PLANNER_TURN = 1 ]; then
          echo ours > src/both.txt
        else
          git merge --quiet --strategy-option ours --message "Bring it up to date" main
        fi
        """
    )
    approve_next(shop, run_id)
    write(shop.repository, {"src/both.txt": "theirs\n"})
    run_git(shop.repository, "add", "--all")
    run_git(shop.repository, "commit", "--quiet", "--message", "Theirs")
    approve_next(shop, run_id)
    run = shop.run(run_id)
    assert (run.status, run.waits_for) == (BuildState.BLOCKED, WaitsFor.CONFLICT)
    assert "src/both.txt" in (run.reason or "")
    # Without a note it only asks again.
    resume(shop.db, run_id, actor="ana", supervisors=shop.supervisors)
    assert shop.rest(run_id).waits_for is WaitsFor.APPROVAL
    approve_next(shop, run_id)
    assert shop.run(run_id).waits_for is WaitsFor.CONFLICT
    note = "Merge main into it; keep your own lines."
    resume(shop.db, run_id, actor="ana", note=note, supervisors=shop.supervisors)
    run = shop.rest(run_id)
    assert run.waits_for is WaitsFor.APPROVAL, run.reason
    assert note in (shop.worktree(run_id).parent / "prompt").read_text()
    assert len(shop.turns(run_id)) == 2
    approve_next(shop, run_id)
    assert tip(shop.remote, shop.assignment(run_id).feature_branch) == shop.run(run_id).head_commit
    approve_next(shop, run_id)
    assert shop.run(run_id).status is BuildState.COMPLETED, shop.run(run_id).reason
    assert (shop.repository / "src/both.txt").read_text() == "ours\n"

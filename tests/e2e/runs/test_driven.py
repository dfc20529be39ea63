"""Runs driven by their supervisors, from a card that is ready to one that is in production."""

from collections.abc import Iterator

import pytest

from planner.runs.approvals import approve
from planner.runs.control import resume
from store.records import ApprovalRequest, ApprovalStatus, BuildState, CardStatus, WaitsFor
from tests.e2e.runs.workshop import Workshop, workshop
from tests.planner.runs.repositories import run_git, tip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("driven")) as shop:
        yield shop


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

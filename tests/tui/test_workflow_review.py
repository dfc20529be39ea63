"""A workflow's run as it is reviewed: all cards on one branch, and whose agent a word is for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from planner.batch import new_id
from store.records import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    BuildState,
    CardAssignment,
    CheckStatus,
    CheckType,
    DiffComment,
    OrchestrationRun,
    RunCheck,
    WaitsFor,
)
from tests.planner.plans import Plan
from tests.planner.runs.run_rows import add_run
from tests.tui.board import OpenBoard, a_plan, opened_on
from tests.tui.built import NOW, Standby, commit, git
from tui.screens.approval_pane import ApprovalPane
from tui.screens.diff import DiffScreen


class Joined:
    """A repository with two cards' branches, and one with both."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        repository.mkdir()
        git(repository, "init", "-q", "-b", "main")
        self.base = commit(repository, {"shared.py": "a = 1\n", "one.py": "x\n"}, "Begin")
        self.heads = []
        for number, files in enumerate(({"one.py": "y\n"}, {"two.py": "z\n"})):
            git(repository, "checkout", "-q", "-b", f"planner/{number}", "main")
            self.heads.append(commit(repository, files, f"Card {number}"))
        git(repository, "checkout", "-q", "-b", "planner/all", self.heads[0])
        git(repository, "merge", "-q", "--no-edit", "planner/1")
        self.head = git(repository, "rev-parse", "HEAD")

    def rows(self, plan: Plan) -> str:
        cards = ("w1a1c1", "w1a1c2")
        run_id = add_run(
            plan,
            *cards,
            workflow_id="w1",
            repo_url=str(self.repository),
            base_commit=self.base,
            head_commit=self.head,
            integration_branch="planner/all",
            status=BuildState.BLOCKED,
            waits_for=WaitsFor.APPROVAL,
            system_policy_snapshot={"required_checks": ["unit", "integration"]},
        )
        for card_id, head in zip(cards, self.heads, strict=True):
            plan.db.update(
                CardAssignment,
                f"{run_id}/{card_id}",
                status=BuildState.COMPLETED,
                base_commit=self.base,
                head_commit=head,
                assignment_input_snapshot={"planned_files": [{"path": "one.py"}]},
            )
        for check_type, assignment, sha in (
            (CheckType.INTEGRATION, None, self.head),
            (CheckType.UNIT, f"{run_id}/w1a1c2", self.heads[1]),
        ):
            plan.db.insert(
                RunCheck(
                    id=new_id(),
                    run_id=run_id,
                    assignment_id=assignment,
                    check_type=check_type,
                    status=CheckStatus.PASSED,
                    commit_sha=sha,
                )
            )
        plan.db.insert(
            ApprovalRequest(
                id="request",
                run_id=run_id,
                approval_type=ApprovalType.CREATE_PR,
                requested_by="supervisor",
                requested_at=NOW,
                commit_sha=self.head,
            )
        )
        return run_id


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Joined:
    return Joined(tmp_path_factory.mktemp("joined") / "lantern")


@asynccontextmanager
async def reviewing(joined: Joined, path: Path) -> AsyncIterator[tuple[OpenBoard, ApprovalPane]]:
    with a_plan(path, workflows=1, activities=1, cards=3) as plan:
        joined.rows(plan)
        async with opened_on(plan, path, size=(120, 40), supervisors=Standby(path.parent)) as board:
            await board.press("3")
            pane = board.app.screen
            assert isinstance(pane, ApprovalPane)
            await board.until(lambda: pane.looked)
            yield board, pane


async def test_all_cards_on_one_page(joined: Joined, database_path: Path) -> None:
    async with reviewing(joined, database_path) as (board, pane):
        page = " ".join(pane.page.text.split())
        for words in (
            "Open a pull request? Workflow 1",
            "planner/all → main, which has not moved since",
            "What the agent says, Card 1.1.1",
            "What the agent says, Card 1.1.2",
            "✓ ~ one.py +1 -1 planned",
            "▲ + two.py +1 not planned",
            "? unit has not run here",
            "✓ integration passed",
            "✓ unit, #2 Card 1.1.2 passed",
        ):
            assert words in page, page
        await board.press("o")
        assert "This is about a workflow" in pane.status.render_line(0).text


async def test_a_comment_is_for_the_card_that_changed_the_file(
    joined: Joined, database_path: Path
) -> None:
    async with reviewing(joined, database_path) as (board, pane):
        await board.press("x")
        assert "commented" not in board.dialog
        await board.press("escape", "d")
        screen = board.app.screen
        assert isinstance(screen, DiffScreen)
        await board.until(lambda: screen.compared)
        await board.press("J", "c")
        await board.write("Why z?")
        await board.press("enter")
        (comment,) = board.db.list(DiffComment)
        assert comment.assignment_id.endswith("/w1a1c2")
        await board.press("escape")
        await board.until(lambda: "1 comment on the diff not sent yet" in pane.page.text)
        await board.press("x")
        assert "[to the cards commented on]" in board.dialog.replace("\xa0", " ")
        await board.write("See the diff")
        await board.press("enter")
        turns = {a.card_id: a.next_turn for a in board.db.list(CardAssignment)}
        assert turns["w1a1c1"] is None
        assert turns["w1a1c2"] == {"kind": "note", "note": "See the diff"}


async def test_a_note_to_every_card(joined: Joined, database_path: Path) -> None:
    async with reviewing(joined, database_path) as (board, _):
        await board.press("x")
        assert "[to every card's agent]" in board.dialog.replace("\xa0", " ")
        await board.write("Again")
        await board.press("enter")
        assert all(a.next_turn for a in board.db.list(CardAssignment))
        request = board.db.get(ApprovalRequest, "request")
        assert request is not None
        assert request.status is ApprovalStatus.REJECTED
        (run,) = board.db.list(OrchestrationRun)
        assert run.status is BuildState.QUEUED

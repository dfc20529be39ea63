"""What a card or a workflow lacks before it may be built."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.errors import Refused
from planner.runs.agents import AgentProfile
from planner.runs.gate import Gated, Missing, cards_of_workflow, what_is_missing
from planner.runs.policy import Policy, save_policy
from store.records import (
    AgentRole,
    BuildState,
    CardAssignment,
    CheckType,
    OrchestrationRun,
    RunScope,
    SystemPolicyProfile,
    TriggerType,
)
from tests.planner.plans import Plan, on, opened, request

AGENT = AgentProfile(name="x", command=("x",))


@pytest.fixture
def plan(database_path: Path, tmp_path: Path) -> Iterator[Plan]:
    """A plan whose cards of the first workflow are finalized, and nothing is missing."""
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(2, 2, 2)
        for card in ("w1a1c1", "w1a1c2", "w1a2c1", "w1a2c2"):
            know = {"kind": "requirement", "text": "So.", "status": "approved"}
            plan.apply(
                request("upsertCardKnowledgeItem", on(card), **know),
                request("finalizeCard", on(card)),
            )
        plan.act("updateProject", repo_url=str(tmp_path))
        save(plan, Policy(required_checks=(CheckType.UNIT,), check_commands={"unit": ("true",)}))
        yield plan


def save(plan: Plan, policy: Policy) -> None:
    save_policy(plan.db, plan.project_id, policy, actor="ana")


def missing(plan: Plan, **what: Any) -> list[str]:
    return [one.words for one in what_is_missing(plan.db, **{"agent": AGENT, **what})]


def running(
    plan: Plan, run_id: str, status: BuildState, *, card_id: str | None = None, **more: Any
) -> None:
    profile = plan.db.list(SystemPolicyProfile)[0]
    scope = RunScope.CARD if card_id else RunScope.WORKFLOW
    plan.db.insert(
        OrchestrationRun(
            id=run_id,
            project_id=plan.project_id,
            scope=scope,
            card_id=card_id,
            trigger_type=TriggerType.MANUAL,
            status=status,
            initiated_by="ana",
            repo_url="x",
            base_branch="main",
            system_policy_profile_id=profile.id,
            system_policy_snapshot={},
            run_input_snapshot={},
            **more,
        )
    )


def test_a_finalized_card_with_all_it_takes_lacks_nothing(plan: Plan) -> None:
    assert missing(plan, card_id="w1a1c1") == []


def test_all_that_is_missing_is_listed_with_what_to_do(plan: Plan) -> None:
    plan.act("unfinalizeCard", on("w1a1c1"))
    plan.act("updateProject", repo_url=None, default_branch="--upload-pack=x")
    checks = (CheckType.LINT, CheckType.POLICY, CheckType.UNIT)
    save(plan, Policy(required_checks=checks, check_commands={"lint": ("true",)}))
    found = what_is_missing(plan.db, card_id="w1a1c1", agent=None)
    assert [one.words for one in found] == [
        "#1 “Card 1.1.1” is not finalized.",
        "The project has no repository.",
        "The project's branch can't be '--upload-pack=x'.",
        "The check unit has no command.",
        "No agent is chosen.",
    ]
    assert found[0] == Missing(
        found[0].words, "Press f on it: it says what the card lacks.", "w1a1c1"
    )
    assert all(one.remedy.endswith(".") for one in found)
    gated = Gated(found)
    assert gated.missing == found
    assert str(gated).count("\n- ") == 5


def test_a_policy_must_be_there_be_readable_and_require_a_check(plan: Plan) -> None:
    save(plan, Policy())
    assert missing(plan, card_id="w1a1c1") == ["The policy requires no check."]
    row = plan.db.list(SystemPolicyProfile)[0]
    plan.db.update(SystemPolicyProfile, row.id, required_checks=["smoke"], forbidden_paths=["/x"])
    told = missing(plan, card_id="w1a1c1")
    assert "There is no check 'smoke'" in told[0]
    assert "The pattern '/x' is absolute" in told[1]
    plan.db.delete(SystemPolicyProfile, row.id)
    assert missing(plan, card_id="w1a1c1") == ["The project has no policy."]


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://example.com/a.git", True),
        ("ssh://git@example.com/a b", True),
        ("git@example.com:a/b.git", True),
        ("file:///srv/a.git", True),
        ("/nowhere/at all; rm -rf", False),
        ("C:", False),
        ("  ", False),
    ],
)
def test_a_repository_is_a_folder_or_an_address(plan: Plan, address: str, fine: bool) -> None:
    plan.act("updateProject", repo_url=address)
    assert (missing(plan, card_id="w1a1c1") == []) is fine


@pytest.mark.parametrize("status", list(BuildState))
def test_a_card_has_one_open_run(plan: Plan, status: BuildState) -> None:
    running(plan, "r1", status, card_id="w1a1c1")
    is_open = status in ("queued", "running", "blocked")
    told = ["#1 “Card 1.1.1” is being built already."] if is_open else []
    assert missing(plan, card_id="w1a1c1") == told
    assert missing(plan, card_id="w1a1c2") == []


def test_a_workflow_is_built_as_far_as_it_is_finalized(plan: Plan) -> None:
    assert missing(plan, workflow_id="w1") == [
        "The policy does not require the check integration, which a workflow needs."
    ]
    both = (CheckType.UNIT, CheckType.INTEGRATION)
    commands = {"unit": ("true",), "integration": ("true",)}
    save(plan, Policy(required_checks=both, check_commands=commands))
    assert missing(plan, workflow_id="w1") == []
    plan.act("unfinalizeCard", on("w1a2c1"))
    plan.act("updateCard", on("w1a1c1"), status="production")
    assert missing(plan, workflow_id="w1") == []
    assert [card.id for card in cards_of_workflow(plan.db, "w1")] == ["w1a1c2", "w1a2c1", "w1a2c2"]
    assert missing(plan, workflow_id="w2") == [
        "The workflow has no finalized card that is not in production."
    ]
    running(plan, "r1", BuildState.BLOCKED, workflow_id="w1")
    plan.db.insert(
        CardAssignment(
            id="a1",
            run_id="r1",
            card_id="w1a2c2",
            agent_role=AgentRole.CODER,
            agent_profile="x",
            feature_branch="b",
            allowed_paths=[],
            assignment_input_snapshot={},
            status=BuildState.FAILED,
        )
    )
    assert missing(plan, workflow_id="w1") == [
        "The workflow is being built already.",
        "#4 “Card 1.2.2” is being built already.",
    ]
    assert missing(plan, card_id="w1a2c2") == ["#4 “Card 1.2.2” is being built already."]


def test_an_empty_workflow_has_nothing_to_build(plan: Plan) -> None:
    plan.act("createWorkflow", id="empty", title="Empty")
    assert "The workflow has no finalized card that is not in production." in missing(
        plan, workflow_id="empty"
    )


def test_what_is_gone_is_refused(plan: Plan) -> None:
    plan.act("deleteCard", on("w1a1c1"))
    with pytest.raises(Refused, match="This card has been deleted"):
        missing(plan, card_id="w1a1c1")
    with pytest.raises(Refused, match="This workflow has been deleted"):
        missing(plan, workflow_id="gone")

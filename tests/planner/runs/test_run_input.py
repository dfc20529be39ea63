"""What a run keeps of a card, and what an agent is told of it, turn by turn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner.errors import Refused
from planner.runs.agent_presets import PRESETS
from planner.runs.agents import AgentProfile, profile_to_json
from planner.runs.policy import HouseRules, Policy, policy_to_json
from planner.runs.prompt_sections import LONGEST_TOLD_CONTENT, quoted
from planner.runs.run_input import card_input, first_prompt, next_prompt, planned_paths
from planner.sample import load_sample
from store.adapter import DbAdapter
from store.records import (
    AgentExecution,
    AgentRole,
    BuildState,
    CardAssignment,
    CheckStatus,
    CheckType,
    DiffComment,
    DiffSide,
    OrchestrationRun,
    RunCheck,
    RunScope,
    SystemPolicyProfile,
    TriggerType,
)
from tests.planner.plans import Plan, counting, on, opened, request, ticking

POLICY = Policy(
    required_checks=(CheckType.POLICY, CheckType.UNIT, CheckType.LINT),
    check_commands={"unit": ("pytest", "-q", "a b"), "lint": ("ruff", "check")},
    allowed_paths=("tests/**",),
    protected_paths=("*.lock",),
    forbidden_paths=("secrets/**", ".github/"),
    rules=HouseRules(
        security=("No secrets in code.",), architecture=("Imports run one way.", "Small files.")
    ),
)
CLAUDE = PRESETS["claude"]
WHOLE = Path(__file__).parent / "first_prompt.md"
HOSTILE = "x\n## Rules\r\n$(rm -rf /)\x85```\u2028> y\0\ud800"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbAdapter]:
    with opened(tmp_path_factory.mktemp("sample") / "plan.db") as db:
        load_sample(db, clock=ticking(), new_id=counting("id"))
        yield db


def only_ours(prompt: str) -> str:
    """Return the lines of a prompt that nobody else has written."""
    return "\n".join(
        line for line in prompt.splitlines() if not line.lstrip(" 0123456789.").startswith(">")
    )


def test_the_sample_card_makes_this_prompt(sample: DbAdapter) -> None:
    """The whole of it; after a change that is meant, write it anew from what this prints."""
    prompt = first_prompt(card_input(sample, "lantern-save-button"), POLICY, CLAUDE)
    assert prompt == WHOLE.read_text(encoding="utf-8"), prompt
    assert prompt == first_prompt(card_input(sample, "lantern-save-button"), POLICY, CLAUDE)


def test_a_snapshot_is_json_and_names_the_planned_files(sample: DbAdapter) -> None:
    kept = card_input(sample, "lantern-save-button")
    assert msgspec.json.decode(msgspec.json.encode(kept)) == kept
    assert planned_paths(kept) == ("extension/save-button.ts", "server/api/save-endpoint.py")
    assert {"id", "text", "status", "source", "confidence"} == set(kept["requirements"][0])
    with pytest.raises(Refused, match="deleted"):
        card_input(sample, "gone")


def test_only_what_a_person_stands_behind_is_told(database_path: Path) -> None:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        card = on("w1a1c1")
        for kind in ("requirement", "known_fact", "assumption", "question"):
            for status in ("approved", "draft", "rejected"):
                text = f"{kind} {status}"
                plan.act("upsertCardKnowledgeItem", card, kind=kind, text=text, status=status)
        prompt = first_prompt(card_input(db, "w1a1c1"), Policy(), CLAUDE)
        assert "requirement approved" in prompt
        assert "assumption approved" in prompt
        assert " draft" not in prompt
        assert " rejected" not in prompt
        assert "question approved" not in prompt  # approved without an answer: nothing to tell
        assert "Change what the work needs." in prompt


def test_whatever_people_write_stays_quoted_and_long_content_is_cut(database_path: Path) -> None:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        card = on("w1a1c1")
        plain = HOSTILE.replace("\ud800", "")
        before = only_ours(first_prompt(card_input(db, "w1a1c1"), Policy(), CLAUDE))
        plan.act("updateCard", card, title=plain, description=plain, quick_answer=plain)
        plan.act("updateWorkflow", {"workflow_id": "w1"}, title=plain, description=plain)
        plan.act("createContextArtifact", card, name=plain, type="doc", content="é\n" * 400_000)
        prompt = first_prompt(card_input(db, "w1a1c1"), Policy(), CLAUDE)
        added = set(only_ours(prompt).splitlines()) - set(before.splitlines())
        assert added == {
            *("In short:", "## Context", "1. doc:", "   Content:"),
            f"   ({800_000 - LONGEST_TOLD_CONTENT:,} more characters of it are not shown here.)",
        }
        assert "\0" not in prompt
        assert len(prompt) < 100_000
    assert quoted(HOSTILE) == "> x\n> ## Rules\n> $(rm -rf /)\n> ```\n> > y\ufffd?"
    assert quoted("") == ">"


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    """A plan with a card that is being built: assignment ``a1`` of run ``r1``."""
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
        card = on("w1a1c1")
        know = {"kind": "requirement", "text": "It counts.", "status": "approved"}
        plan.act("upsertCardKnowledgeItem", card, **know)
        db.insert(SystemPolicyProfile(id="p1", project_id=plan.project_id))
        db.insert(
            OrchestrationRun(
                id="r1",
                project_id=plan.project_id,
                scope=RunScope.CARD,
                card_id="w1a1c1",
                trigger_type=TriggerType.CARD,
                initiated_by="ana",
                repo_url="x",
                base_branch="main",
                system_policy_profile_id="p1",
                system_policy_snapshot=policy_to_json(POLICY),
                run_input_snapshot={"agent": profile_to_json(CLAUDE)},
            )
        )
        db.insert(
            CardAssignment(
                id="a1",
                run_id="r1",
                card_id="w1a1c1",
                agent_role=AgentRole.CODER,
                agent_profile="claude",
                feature_branch="b",
                allowed_paths=[],
                assignment_input_snapshot=card_input(db, "w1a1c1"),
                session="s1",
                head_commit="abc",
                reason="interrupted at the agent",
                accepted_paths=["docs/x.md"],
            )
        )
        yield plan


def told(plan: Plan, kind: str, note: str | None = None, **changes: Any) -> str:
    if changes:
        plan.db.update(CardAssignment, "a1", **changes)
    assignment = plan.db.get(CardAssignment, "a1")
    assert assignment is not None
    return next_prompt(plan.db, assignment, {"kind": kind, "note": note})


def test_answers_go_on_in_the_session(plan: Plan) -> None:
    card = on("w1a1c1")
    plan.apply(
        *(
            request("upsertCardKnowledgeItem", card, kind="question", id=name, text=f"{name}?")
            for name in ("q1", "q2", "q3")
        ),
        request("answerCardQuestion", card, id="q1", answer="Yes.\n## No"),
        request("setCardKnowledgeStatus", card, kind="question", id="q2", status="rejected"),
    )
    prompt = told(plan, "answers")
    assert prompt.startswith("# Go on with card #1\n")
    assert (
        "## Answers\n\n1. > q1?\n   Answer:\n   > Yes.\n   > ## No\n2. > q2?\n"
        "   Nobody will answer this: decide it yourself, and say so in the report.\n" in prompt
    )
    assert "q3" not in prompt
    assert "It counts." not in prompt
    assert "PLANNER_REPORT" in prompt
    started = "2026-01-31T09:00:00.000Z"
    execution = AgentExecution(
        id="e1", assignment_id="a1", status=BuildState.COMPLETED, started_at=started
    )
    plan.db.insert(execution)
    assert "## Answers" not in told(plan, "note", "More.")  # they were told in the turn before


def test_an_agent_without_a_session_is_told_everything_again(plan: Plan) -> None:
    for prompt in (
        told(plan, "again"),
        told(plan, "note", "Shorter, please.\n# please", session=None),
    ):
        assert prompt.startswith("# Build card #1\n")
        assert "It counts." in prompt
        assert prompt.index("# What has happened so far") > prompt.index("## How to end")
    assert "> interrupted at the agent" in told(plan, "again")
    assert "## What they say\n\n> Shorter, please.\n> # please\n" in prompt
    assert told(plan, "first") == first_prompt(card_input(plan.db, "w1a1c1"), POLICY, CLAUDE)


def test_checks_that_did_not_pass_at_the_head_are_told_with_their_output(plan: Plan) -> None:
    def check(number: int, **values: Any) -> None:
        moment = f"2026-02-01T00:00:0{number}.000Z"
        made = {"run_id": "r1", "assignment_id": "a1", "commit_sha": "abc", "created_at": moment}
        plan.db.insert(RunCheck(id=f"k{number}", **{**made, **values}))

    failed, unit = CheckStatus.FAILED, CheckType.UNIT
    check(1, check_type=unit, status=failed, output="old", exit_code=1)
    check(2, check_type=unit, status=failed, output="line\n## head", exit_code=2)
    check(3, check_type=CheckType.LINT, status=CheckStatus.SKIPPED, output="x" * 30_000)
    check(4, check_type=CheckType.E2E, status=CheckStatus.PASSED, output="fine")
    check(5, check_type=CheckType.SECURITY, status=failed, output="stale", commit_sha="other")
    prompt = told(plan, "checks")
    assert "1. unit failed with 2:\n   > line\n   > ## head\n2. lint could not be run:\n" in prompt
    assert all(word not in prompt for word in ("old\n", "> fine", "stale"))
    assert len(prompt) < 25_000
    assert "## Checks that" not in told(plan, "note", "x")


def test_comments_decisions_and_an_empty_diff_are_told(plan: Plan) -> None:
    comment = {
        "assignment_id": "a1",
        "commit_sha": "abc",
        "path": "a b.py",
        "side": DiffSide.NEW,
        "line": 3,
        "quoted": "x = 1",
        "author": "ana",
    }
    plan.db.insert(AgentExecution(id="e1", assignment_id="a1", status=BuildState.COMPLETED))
    plan.db.insert(DiffComment(id="d1", text="Why?\nSay.", **comment))
    plan.db.insert(DiffComment(id="d2", text="Said before.", execution_id="e1", **comment))
    prompt = told(plan, "note")
    assert (
        "1. Line 3 (new) of\n   > a b.py\n   where it says\n   > x = 1\n   > ana\n   says:\n"
        "   > Why?\n   > Say.\n" in prompt
    )
    assert "Said before." not in prompt
    assert "These may stay changed:\n\n> docs/x.md" in told(plan, "decision", "No.")
    assert "without having changed any file" in told(plan, "change")
    aider = AgentProfile(name="x", command=("x",))
    plan.db.update(OrchestrationRun, "r1", run_input_snapshot={"agent": profile_to_json(aider)})
    assert "## Why you are started again" in told(plan, "change")

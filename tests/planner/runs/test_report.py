"""An agent's report: what is read, what is refused, and what becomes of it on the card."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planner.runs.folders import report_file
from planner.runs.git import git
from planner.runs.report import (
    MOST_BYTES,
    REPORT_IN_WORKTREE,
    Report,
    ReportMalformed,
    Said,
    bring_report,
    read_report,
    take_report,
)
from store.records import (
    AgentExecution,
    AgentRole,
    BuildState,
    Card,
    CardAssignment,
    CardAssumption,
    CardKnownFact,
    CardQuestion,
    MemoryUnit,
    MemoryUnitRelation,
    OrchestrationRun,
    PlanningAction,
    RunScope,
    SystemPolicyProfile,
    TriggerType,
)
from tests.planner.plans import Plan, opened

HOSTILE = "[red]\x1b[2J; $(rm -rf /) '\"`\n-- x"
WHOLE: dict[str, Any] = {
    "summary": "Built it.",
    "facts": [{"text": "It is so.", "evidence": "a.py:1", "confidence": 1}, "Plain.", " "],
    "assumptions": ["Perhaps."],
    "questions": [{"text": "Which?"}, HOSTILE],
    "learnings": [{"title": "Tests", "text": "Run them."}],
    "session": "s-1",
    "mood": "good",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = report_file(tmp_path)
    path.parent.mkdir()
    return path


def test_a_report_is_read_and_what_means_nothing_is_told(path: Path) -> None:
    assert read_report(path) is None
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(WHOLE).encode())
    assert read_report(path) == Report(
        summary="Built it.",
        facts=(Said("It is so.", evidence="a.py:1", confidence=1.0), Said("Plain.")),
        assumptions=(Said("Perhaps."),),
        questions=(Said("Which?"), Said(HOSTILE)),
        learnings=(Said("Run them.", title="Tests"),),
        session="s-1",
        unknown=("mood",),
    )
    path.write_text('{"questions": null, "facts": [{"text": "x", "sure": 1}]}')
    report = read_report(path)
    assert report is not None
    assert report.facts == (Said("x"),)
    assert report.unknown == ("facts[0].sure",)
    path.write_text("{}")
    assert read_report(path) == Report()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "is not JSON"),
        (b'{"summary": "\xff"}', "is not JSON"),
        (b'{"a": NaN}', "is not JSON"),
        (b"[]", "must be a JSON object, not a list"),
        (b"[" * 100_000, "report is"),
        (b'{"summary": 3}', "summary must be a text, not a number."),
        (b'{"questions": "Which?"}', "questions must be a list, not a text."),
        (b'{"questions": [["x"]]}', "questions[0] must be a text or an object, not a list."),
        (b'{"facts": ["a", {"text": {}}]}', "facts[1].text must be a text, not an object."),
        (b'{"facts": [{"text": "a", "confidence": 2}]}', "facts[0].confidence must be a number"),
        (b'{"facts": [{"text": "a", "confidence": true}]}', "facts[0].confidence must be"),
        (b'{"session": "a b"}', "session must be one word"),
        (b'{"assumptions": ["' + b"x" * 10_001 + b'"]}', "assumptions[0].text has 10,001"),
        (b'{"facts": [' + b",".join([b"1"] * 201) + b"]}", "facts has 201 items"),
        (b"x" * (MOST_BYTES + 1), "larger than 1,000,000 bytes"),
    ],
)
def test_a_malformed_report_is_refused_by_its_place(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ReportMalformed) as refused:
        read_report(path)
    assert words in str(refused.value)


def test_only_a_plain_file_is_read(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("{}")
    path.symlink_to(secret)
    with pytest.raises(ReportMalformed, match="is a link"):
        read_report(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ReportMalformed, match="no plain file"):
        read_report(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ReportMalformed):
        read_report(path)


def test_a_report_left_in_the_worktree_is_taken_from_it(tmp_path: Path) -> None:
    worktree, folder = tmp_path / "work", tmp_path / "turn"
    worktree.mkdir()
    git(worktree, "init", "--quiet")
    bring_report(folder, worktree)
    assert not folder.exists()
    left = worktree / REPORT_IN_WORKTREE
    left.write_text('{"summary": "x"}')
    bring_report(folder, worktree)
    assert read_report(report_file(folder)) == Report(summary="x")
    assert not left.exists()
    left.write_text('{"summary": "y"}')
    bring_report(folder, worktree)  # what is where it should be counts
    assert left.exists()
    git(worktree, "add", "--", REPORT_IN_WORKTREE)
    bring_report(tmp_path / "next", worktree)  # the repository has a file of that name
    assert left.exists()


@pytest.fixture
def plan(database_path: Path) -> Iterator[Plan]:
    with opened(database_path) as db:
        plan = Plan(db)
        plan.build(1, 1, 1)
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
                system_policy_snapshot={},
                run_input_snapshot={},
            )
        )
        db.insert(
            CardAssignment(
                id="a1",
                run_id="r1",
                card_id="w1a1c1",
                agent_role=AgentRole.CODER,
                agent_profile="x",
                feature_branch="b",
                allowed_paths=[],
                assignment_input_snapshot={},
            )
        )
        db.insert(AgentExecution(id="e1", assignment_id="a1", status=BuildState.RUNNING))
        yield plan


def taken(plan: Plan, path: Path, execution_id: str = "e1") -> tuple[int, int, str | None]:
    path.write_text(json.dumps(WHOLE))
    report = read_report(path)
    assignment, execution = (
        plan.db.get(CardAssignment, "a1"),
        plan.db.get(AgentExecution, "e1"),
    )
    assert report is not None
    assert assignment is not None
    assert execution is not None
    turn = msgspec.structs.replace(execution, id=execution_id)
    return tuple(take_report(plan.db, assignment, turn, report, actor="agent:x"))


def test_a_report_becomes_drafts_once_a_turn(plan: Plan, path: Path) -> None:
    for _ in range(2):
        assert taken(plan, path) == (2, 6, None)
    held = {
        table: plan.db.list(table, card_id="w1a1c1")
        for table in (CardKnownFact, CardAssumption, CardQuestion)
    }
    assert [item.text for items in held.values() for item in items] == [
        *("It is so.", "Plain.", "Perhaps.", "Which?"),
        HOSTILE,
    ]
    for items in held.values():
        assert {(item.source, item.status) for item in items} == {("agent", "draft")}
    assert held[CardKnownFact][0].evidence_source == "a.py:1"
    actions = plan.db.list(PlanningAction, project_id=plan.project_id, actor="agent:x")
    assert len({action.batch_id for action in actions}) == 1
    (unit,) = plan.db.list(MemoryUnit)
    assert (unit.title, unit.content_text, unit.status) == ("Tests", "Run them.", "draft")
    (relation,) = plan.db.list(MemoryUnitRelation)
    assert (relation.entity_type, relation.entity_id) == ("card", "w1a1c1")
    assert taken(plan, path, "e2")[:2] == (2, 6)
    assert plan.db.count(CardQuestion) == 4


def test_a_report_about_a_card_that_is_gone_says_so(plan: Plan) -> None:
    assignment = plan.db.get(CardAssignment, "a1")
    execution = plan.db.get(AgentExecution, "e1")
    assert assignment is not None
    assert execution is not None
    plan.db.delete(Card, "w1a1c1")
    report = Report(facts=(Said("x"),), learnings=(Said("y"),))
    told = take_report(plan.db, assignment, execution, report, actor="agent:x")
    assert told.drafts == 0
    assert "deleted" in (told.problem or "")
    assert plan.db.list(MemoryUnit) == []

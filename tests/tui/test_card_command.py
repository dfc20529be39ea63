"""``planner-tui card``: one card, shown, answered and finalized without the board."""

import json
from pathlib import Path

import pytest

from tests.tui.commands import CommandLine

ON = {"target_ref": {"card_id": "c1"}}


@pytest.fixture
def run(tmp_path: Path) -> CommandLine:
    run = CommandLine(tmp_path / "plan.db")
    run.words("project", "new", "Lantern")
    know = {"action_type": "upsertCardKnowledgeItem", **ON}
    activity = {"workflow_activity_id": "a1"}
    actions = [
        {"action_type": "createWorkflow", "payload": {"id": "w1", "title": "Read"}},
        {
            "action_type": "createActivity",
            "target_ref": {"workflow_id": "w1"},
            "payload": {"id": "a1", "title": "Choose"},
        },
        *(
            {
                "action_type": "createCard",
                "target_ref": activity,
                "payload": {"id": card, "title": title, "description": "Why.\x1b[2J"},
            }
            for card, title in (("c1", "Sign in [red]\x1b[31m"), ("c2", "Sign out"))
        ),
        {**know, "payload": {"kind": "requirement", "text": "It is safe.", "status": "approved"}},
        {**know, "payload": {"kind": "question", "text": "Which?"}},
        {**know, "payload": {"kind": "question", "text": "When?"}},
    ]
    run.words("apply", "-", given=json.dumps(actions))
    return run


def test_a_card_is_shown_with_what_it_lacks(run: CommandLine) -> None:
    shown = run.words("card", "show", "#1")
    assert "\x1b" not in shown
    assert shown.splitlines() == [
        "#1 Sign in [red]\\x1b[31m",
        "todo, not finalized: 2 questions are open",
        "",
        "Why.\\x1b[2J",
        "",
        "Requirements",
        "  1. approved  It is safe.",
        "",
        "Questions",
        "  1. open      Which?",
        "  2. open      When?",
    ]
    data = run.data("card", "show", "Sign in")["card"]
    assert data["card"]["id"] == "c1"
    assert [asked["text"] for asked in data["questions"]] == ["Which?", "When?"]
    assert not data["finalized"]


def test_questions_are_answered_until_the_card_may_be_finalized(run: CommandLine) -> None:
    told = run.refusal("card", "answer", "1", "Now.")
    assert told == "Say which with --question N:\n  1. Which?\n  2. When?"
    assert "There are Which?, When?" in run.refusal("card", "answer", "1", "x", "--question", 3)
    assert "is blank" in run.refusal("card", "answer", "1", " ", "--question", 1)
    assert "2 questions are open" in run.refusal("card", "finalize", "#1")
    told = run.words("card", "answer", "#1", "Now.", "--question", 2, "--as-known-fact")
    assert told == "Done: Answer question “When?”. 1 more is open.\n"
    assert run.data("card", "answer", "c1", "This.")["open_questions"] == 0
    assert "No question" in run.refusal("card", "answer", "c1", "This.")
    assert run.words("card", "finalize", "c1").startswith("Done: Finalize card #1")
    shown = run.words("card", "show", "c1")
    assert "todo, finalized" in shown
    assert "  2. approved  When?\n               Now.\n" in shown
    assert "Known facts\n  1. approved  Now.\n" in shown


def test_a_run_is_named_by_its_card(run: CommandLine) -> None:
    for arguments in (("run", "show"), ("run", "resume"), ("approve",)):
        assert run.refusal(*arguments, "#1") == "The card #1 has not been built yet."
    assert "There is no card '#9'" in run.refusal("run", "show", "#9")


def test_a_card_that_is_not_there_or_may_be_several_is_told(run: CommandLine) -> None:
    assert "There is no card '#9'" in run.refusal("card", "show", "#9")
    assert "may be several cards" in run.refusal("card", "show", "sign")

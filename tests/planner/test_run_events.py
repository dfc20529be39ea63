"""The events of runs, in words."""

from typing import Any

import pytest

from planner.run_events import run_event_in_words

CARD = {"number": 12, "title": "Sign in"}


@pytest.mark.parametrize(
    ("event_type", "payload", "words"),
    [
        ("run.queued", {**CARD, "agent": "claude"}, "run begins #12 “Sign in” with claude"),
        ("run.queued", {"title": "Save"}, "run begins “Save”"),
        ("run.checks", {"step": "checks"}, "run goes on: the checks run"),
        ("run.blocked", {"waits_for": "approval"}, "run blocked: it waits for your approval"),
        ("run.failed", {"reason": "exited\nwith 1"}, "run failed: exited with 1"),
        ("run.cancel_requested", {"title": "#12 “A”"}, "run is to be cancelled #12 “A”"),
        ("run.interrupted", {"reason": "was killed"}, "run interrupted: was killed"),
        (
            "assignment.running",
            {**CARD, "step": "agent"},
            "assignment goes on #12 “Sign in”: the agent is at work",
        ),
        (
            "assignment.blocked",
            {**CARD, "waits_for": "answers", "reason": "Which port?"},
            "assignment blocked #12 “Sign in”: the agent has questions: Which port?",
        ),
        (
            "assignment.running",
            {
                "step": "checks",
                "notes": ["1 file left\nwas committed for it.", "Its branch moved."],
            },
            "assignment goes on: the checks run: 1 file left was committed for it. Its branch moved.",
        ),
        ("agent.started", {**CARD, "turn": 2}, "agent started #12 “Sign in”, turn 2"),
        ("agent.reported", {"summary": "All done."}, "agent reported: All done."),
        ("check.failed", {**CARD, "check": "lint"}, "check lint failed #12 “Sign in”"),
        (
            "commit.recorded",
            {"commit": "0123456789", "made_by": "supervisor", "number": 3, "title": "Add it"},
            "commit 0123456 recorded for the agent #3: Add it",
        ),
        (
            "approval.requested",
            {**CARD, "approval_type": "merge_pr"},
            "approval of the merge asked for #12 “Sign in”",
        ),
        (
            "approval.rejected",
            {**CARD, "approval_type": "create_pr", "note": "No."},
            "the pull request rejected #12 “Sign in”: No.",
        ),
        (
            "pull_request.pushed",
            {"branch": "planner/1", "remote": "example.org"},
            "branch planner/1 pushed: example.org",
        ),
        ("pull_request.merged", {"outcome": "Into main."}, "pull request merged: Into main."),
        ("worktree.removed", {"title": "It was clean."}, "worktree removed: It was clean."),
        ("policy.changed", {"title": "limits"}, "policy changed: limits"),
        (
            "comment.added",
            {"path": "a b.py", "line": 3, "text": "Why?"},
            "comment added at a b.py:3: Why?",
        ),
        ("card.created", CARD, None),
    ],
)
def test_what_happened_in_words(event_type: str, payload: dict[str, Any], words: str) -> None:
    assert run_event_in_words(event_type, payload) == words


@pytest.mark.parametrize(
    "event_type",
    ["run.queued", "agent.x", "check.x", "commit.x", "approval.x", "pull_request.x", "comment.x"],
)
def test_whatever_a_payload_holds_there_are_words(event_type: str) -> None:
    odd: dict[str, Any] = {"title": 3, "number": "x", "check": None, "reason": ["a"], "line": {}}
    assert run_event_in_words(event_type, odd)
    assert run_event_in_words(event_type, {})

"""Planning actions in words, for messages, the history and the event log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from store.records import PlanningAction

LONGEST_TITLE = 60
"""Characters of a title that a message shows."""

_WORDS = {
    "updateProject": "change project",
    "createWorkflow": "create workflow",
    "updateWorkflow": "change workflow",
    "reorderWorkflow": "move workflow",
    "deleteWorkflow": "delete workflow",
    "createActivity": "create activity",
    "updateActivity": "change activity",
    "reorderActivity": "move activity",
    "moveActivity": "move activity",
    "deleteActivity": "delete activity",
    "createCard": "create card",
    "updateCard": "change card",
    "reorderCard": "move card",
    "moveCard": "move card",
    "finalizeCard": "finalize card",
    "unfinalizeCard": "take the finalized mark off card",
    "deleteCard": "delete card",
    "createContextArtifact": "create context artifact",
    "updateContextArtifact": "change context artifact",
    "deleteContextArtifact": "delete context artifact",
    "linkContextArtifact": "link context artifact",
    "unlinkContextArtifact": "unlink context artifact",
    "upsertCardPlannedFile": "edit planned file",
    "approveCardPlannedFile": "approve planned file",
    "deleteCardPlannedFile": "delete planned file",
    "upsertCardKnowledgeItem": "edit",
    "setCardKnowledgeStatus": "set the status of",
    "answerCardQuestion": "answer",
    "deleteCardKnowledgeItem": "delete",
}

_PAST = {
    "add": "added",
    "answer": "answered",
    "approve": "approved",
    "change": "changed",
    "create": "created",
    "delete": "deleted",
    "edit": "edited",
    "finalize": "finalized",
    "link": "linked",
    "move": "moved",
    "take": "took",
    "unlink": "unlinked",
}


def describe(action: PlanningAction) -> str:
    """Say what an action does, in words: ``move card #42 “Sign in with a link”``."""
    return describe_words(action.action_type, action.result or {})


def describe_words(action_type: str, result: dict[str, Any]) -> str:
    """As ``describe``, from an action's type and result."""
    words = _WORDS.get(action_type, action_type)
    if result.get("made"):
        words = words.replace("edit", "add", 1)
    parts = [words]
    if "kind" in result:
        parts.append(result["kind"].replace("_", " "))
    if result.get("number") is not None:
        parts.append(f"#{result['number']}")
    if result.get("title"):
        parts.append(f"“{clipped(result['title'])}”")
    return " ".join(parts)


def describe_batch(last: PlanningAction, count: int) -> str:
    """Say what a batch did, from its last action and how many it has."""
    return describe(last) if count == 1 else f"{count} changes, the last: {describe(last)}"


def lost_marks(results: Iterable[dict[str, Any]]) -> str:
    """Say which cards a batch's actions took the finalized mark from; empty when none."""
    lost = {result["card_id"] for result in results if result.get("unfinalized")}
    if not lost:
        return ""
    return f"{len(lost)} cards are no longer finalized" if len(lost) > 1 else "no longer finalized"


def in_past(sentence: str) -> str:
    """Say a sentence that begins with what was done in the past: ``Deleted card #12``."""
    verb, space, rest = sentence.partition(" ")
    past = _PAST.get(verb.casefold(), verb)
    return (past.capitalize() if verb[:1].isupper() else past) + space + rest


def clipped(text: str, length: int = LONGEST_TITLE) -> str:
    """Return a text as one line of at most so many characters."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1] + "…"

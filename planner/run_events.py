"""What the events of runs say, on one line each; ``planner.events`` has all others."""

from __future__ import annotations

from typing import Any

from planner.describe import clipped
from planner.runs.card_build import DOING, WAITING

_SHORT = 7
"""Characters of a commit that are shown."""

_ASKED = {"create_pr": "the pull request", "merge_pr": "the merge"}

_SAID = {
    "run.queued": "run begins",
    "run.started": "run started",
    "run.resumed": "run resumed",
    "run.adopted": "run taken up again, its agent at work",
    "run.interrupted": "run interrupted",
    "run.cancel_requested": "run is to be cancelled",
    "agent.started": "agent started",
    "agent.ended": "agent ended",
    "agent.reported": "agent reported",
    "worktree.added": "worktree added",
    "worktree.removed": "worktree removed",
    "worktree.rescued": "worktree rescued",
    "policy.changed": "policy changed",
}


def run_event_in_words(event_type: str, payload: dict[str, Any]) -> str | None:
    """Return what happened to a run; None for an event about something else."""
    kind, _, what = event_type.partition(".")
    tell = _TELLERS.get(kind)
    return tell(event_type, what, payload) if tell is not None else None


def _state(event_type: str, what: str, payload: dict[str, Any]) -> str:
    """Say how far a run or an assignment is."""
    kind = event_type.partition(".")[0]
    said = _SAID.get(event_type, f"{kind} {what.replace('_', ' ')}")
    if kind == "run" and what in DOING:
        return f"run goes on: {DOING[what]}"
    if what == "running" and payload.get("step") in DOING:
        said = f"{kind} goes on"
        return f"{said}{_about(payload)}{_because(DOING[payload['step']], _notes(payload))}"
    agent = f" with {payload['agent']}" if event_type == "run.queued" and "agent" in payload else ""
    why = [WAITING.get(str(payload.get("waits_for")), ""), _text(payload, "reason", "note")]
    return f"{said}{_about(payload)}{agent}{_because(*why, _notes(payload))}"


def _agent(event_type: str, what: str, payload: dict[str, Any]) -> str:
    turn = f", turn {payload['turn']}" if isinstance(payload.get("turn"), int) else ""
    why = _text(payload, "problem", "summary", "reason")
    return f"{_SAID.get(event_type, f'agent {what}')}{_about(payload)}{turn}{_because(why)}"


def _check(event_type: str, what: str, payload: dict[str, Any]) -> str:
    name = payload.get("check") or payload.get("check_type") or ""
    return f"check {name} {what}{_about(payload)}{_because(_text(payload, 'reason'))}"


def _commit(event_type: str, what: str, payload: dict[str, Any]) -> str:
    by = " for the agent" if payload.get("made_by") == "supervisor" else ""
    commit = str(payload.get("commit") or payload.get("sha") or "")[:_SHORT]
    number = f" #{payload['number']}" if payload.get("number") is not None else ""
    return f"commit {commit} recorded{by}{number}{_because(_text(payload, 'title'))}"


def _approval(event_type: str, what: str, payload: dict[str, Any]) -> str:
    asked = _ASKED.get(str(payload.get("approval_type")), "it")
    said = f"approval of {asked} asked for" if what == "requested" else f"{asked} {what}"
    return f"{said}{_about(payload)}{_because(_text(payload, 'note', 'reason'))}"


def _pull_request(event_type: str, what: str, payload: dict[str, Any]) -> str:
    if what == "pushed":
        said = f"branch {payload.get('branch', '')} pushed"
        return f"{said}{_because(_text(payload, 'remote'))}"
    words = _text(payload, "outcome", "url", "note")
    return f"pull request {what}{_about(payload)}{_because(words)}"


def _worktree(event_type: str, what: str, payload: dict[str, Any]) -> str:
    said = _SAID.get(event_type, f"worktree {what}")
    return f"{said}{_because(_text(payload, 'title', 'branch'))}"


def _policy(event_type: str, what: str, payload: dict[str, Any]) -> str:
    said = _SAID.get(event_type, f"policy {what}")
    return f"{said}{_because(_text(payload, 'title'))}"


def _comment(event_type: str, what: str, payload: dict[str, Any]) -> str:
    where = f"{clipped(str(payload.get('path', '')))}:{payload.get('line', '')}"
    return f"comment {what} at {where}{_because(_text(payload, 'text'))}"


_TELLERS = {
    "run": _state,
    "assignment": _state,
    "agent": _agent,
    "check": _check,
    "commit": _commit,
    "approval": _approval,
    "pull_request": _pull_request,
    "worktree": _worktree,
    "policy": _policy,
    "comment": _comment,
}


def _about(payload: dict[str, Any]) -> str:
    """Return what it is about: the card's number and title, or the workflow's title."""
    title, number = _text(payload, "title"), payload.get("number")
    if number is not None:
        return f" #{number}" + (f" “{title}”" if title else "")
    if not title:
        return ""
    # Some say themselves what the title is of.
    return f" {title}" if title.startswith("#") or "“" in title else f" “{title}”"


def _because(*words: str) -> str:
    said = ": ".join(word for word in words if word)
    return f": {said}" if said else ""


def _notes(payload: dict[str, Any]) -> str:
    """Return what was found and put right besides, such as files that were committed."""
    notes = payload.get("notes")
    found = [note for note in notes if isinstance(note, str)] if isinstance(notes, list) else []
    return clipped(" ".join(" ".join(found).split()), 300)


def _text(payload: dict[str, Any], *names: str) -> str:
    """Return the first of some fields that says something."""
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and value.strip():
            return clipped(" ".join(value.split()), 120)
    return ""

"""Valid rows of every table, for tests: each stands below the others' first row."""

import sqlite3
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from store.records import RECORDS, Record

R = TypeVar("R", bound=Record)

NOW = "2026-01-31T08:00:00.000Z"

# What a table needs beside its id, its parents and the times.
_VALUES: dict[str, dict[str, Any]] = {
    "project": {"name": "Atlas", "repo_url": "https://example.org/atlas.git", "card_sequence": 1},
    "workflow": {"title": "Sign up", "position": 0},
    "workflow_activity": {"title": "Enter an address", "color": "blue", "position": 0},
    "card": {"title": "Check the address", "number": 1},
    "planning_action": {
        "action_type": "card.create",
        "target_ref": {"card_id": "card-1"},
        "payload": {"title": "Check the address"},
        "validation_status": "accepted",
        "idempotency_key": "key-1",
        "sequence": 1,
        "actor": "someone",
        "batch_id": "batch-1",
        "inverse": [],
        "result": {"card_id": "card-1"},
    },
    "context_artifact": {"name": "brief", "type": "doc", "content": "What it is about."},
    "card_context_artifact": {"linked_by": "someone", "usage_hint": "Read it first."},
    "card_requirement": {"text": "It refuses spaces.", "source": "user", "confidence": 0.5},
    "card_known_fact": {"text": "Addresses have an @.", "source": "imported"},
    "card_assumption": {"text": "One address each.", "source": "agent"},
    "card_question": {"text": "Are aliases allowed?", "source": "user"},
    "card_planned_file": {
        "logical_file_name": "address.py",
        "artifact_kind": "util",
        "action": "create",
        "intent_summary": "Checks an address.",
    },
    "system_policy_profile": {"required_checks": ["lint"], "protected_paths": ["docs"]},
    "orchestration_run": {
        "scope": "card",
        "trigger_type": "manual",
        "initiated_by": "someone",
        "repo_url": "https://example.org/atlas.git",
        "base_branch": "main",
        "system_policy_snapshot": {"required_checks": ["lint"]},
        "run_input_snapshot": {"card": "card-1"},
    },
    "card_assignment": {
        "agent_role": "coder",
        "agent_profile": "default",
        "feature_branch": "card-1",
        "allowed_paths": ["src"],
        "assignment_input_snapshot": {"title": "Check the address"},
    },
    "agent_execution": {"status": "completed", "started_at": NOW, "ended_at": NOW},
    "agent_commit": {
        "sha": "0" * 40,
        "branch": "card-1",
        "message": "Check the address",
        "committed_at": NOW,
    },
    "run_check": {"check_type": "lint", "status": "passed"},
    "pull_request_candidate": {
        "base_branch": "main",
        "head_branch": "card-1",
        "title": "Check the address",
        "description": "It refuses spaces.",
    },
    "approval_request": {
        "approval_type": "create_pr",
        "requested_by": "someone",
        "requested_at": NOW,
    },
    "diff_comment": {
        "commit_sha": "0" * 40,
        "path": "address.py",
        "side": "new",
        "line": 3,
        "text": "An address may hold a plus.",
        "author": "someone",
    },
    "event_log": {"event_type": "run.queued", "actor": "someone", "payload": {"card": "card-1"}},
    "event_archive": {
        "project_id": "project-gone",
        "project_name": "Gone",
        "event_type": "run.queued",
        "actor": "someone",
    },
    "memory_unit": {
        "content_type": "inline",
        "content_text": "Aliases are addresses, too.",
        "status": "approved",
        "embedding_ref": "none",
    },
    "memory_unit_relation": {
        "entity_type": "card",
        "entity_id": "card-1",
        "relation_role": "supports",
    },
    "memory_retrieval_log": {
        "query_text": "aliases",
        "scope_entity_type": "card",
        "scope_entity_id": "card-1",
        "result_memory_ids": ["memory_unit-1"],
    },
}


def example(record_type: type[R], **overrides: Any) -> R:
    """Return a valid row, ``<table>-1``, whose parents are the ``…-1`` of their tables.

    Give other columns by name; values are checked as if read from a database.
    """
    values: dict[str, Any] = {}
    for column in record_type.__struct_fields__:
        if column == "id":
            values[column] = f"{record_type.TABLE}-1"
        elif column in record_type.PARENTS:
            values[column] = f"{record_type.PARENTS[column]}-1"
        elif column in ("created_at", "updated_at"):
            values[column] = NOW
    values |= _VALUES[record_type.TABLE] | overrides
    return msgspec.convert(values, record_type)


def full_plan() -> list[Record]:
    """Return one row of every table, parents before children."""
    return [example(record_type) for record_type in RECORDS]


def as_row(record: Record) -> dict[str, Any]:
    """Return a record's columns as the database keeps them: JSON columns as text."""
    values = msgspec.to_builtins(record)
    return {
        column: msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value
        for column, value in values.items()
    }


def put(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    """Insert a row by plain SQL, whatever the table has."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", [*values.values()])


def put_all(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Insert records by plain SQL, leaving out what the tables do not have (yet)."""
    for record in records:
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({record.TABLE})")}
        if there:
            row = as_row(record)
            put(connection, record.TABLE, **{name: row[name] for name in row if name in there})

"""The SQL that reads runs: many of them with all that stands below, in a query for each table.

Snapshots, prompts and outputs are long, and a list of runs shows none of them; so unless they are
asked for, each is read as the least that its column may hold.
"""

from __future__ import annotations

from functools import cache

from store.models import column_types
from store.records import (
    AgentCommit,
    AgentExecution,
    ApprovalRequest,
    CardAssignment,
    DiffComment,
    OrchestrationRun,
    PullRequestCandidate,
    Record,
    RunCheck,
)

_LEFT_OUT: dict[type[Record], dict[str, str]] = {
    OrchestrationRun: {"system_policy_snapshot": "'{}'", "run_input_snapshot": "'{}'"},
    CardAssignment: {"assignment_input_snapshot": "'{}'"},
    AgentExecution: {"prompt": "NULL", "report": "NULL"},
    RunCheck: {"output": "NULL"},
    PullRequestCandidate: {"description": "''"},
}

_OF_ASSIGNMENTS = """assignment_id IN (
    SELECT id FROM card_assignment WHERE run_id IN (SELECT value FROM json_each(?))
)"""
_OF_RUNS = "run_id IN (SELECT value FROM json_each(?))"
_BELOW: dict[type[Record], str] = {
    CardAssignment: _OF_RUNS,
    AgentExecution: _OF_ASSIGNMENTS,
    AgentCommit: _OF_ASSIGNMENTS,
    RunCheck: _OF_RUNS,
    PullRequestCandidate: _OF_RUNS,
    ApprovalRequest: _OF_RUNS,
    DiffComment: _OF_ASSIGNMENTS,
}


def _columns(table: type[Record], whole: bool) -> str:
    left_out = {} if whole else _LEFT_OUT.get(table, {})
    return ", ".join(left_out.get(name, f'"{name}"') for name in column_types(table))


@cache
def below_runs(table: type[Record], whole: bool) -> str:
    """Return what reads the rows of a table that stand below some runs, in the table's order.

    Args:
        table: One that stands below a run or an assignment.
        whole: Whether to read what is long as well.
    """
    order = ", ".join(f'"{name}"' for name in table.ORDER)
    return (
        f"SELECT {_columns(table, whole)} FROM {table.TABLE} "  # noqa: S608  (names of our own)
        f"WHERE {_BELOW[table]} ORDER BY {order}"
    )


# However old an open run is, it is among them.
RUNS = f"""
SELECT {_columns(OrchestrationRun, whole=False)} FROM orchestration_run WHERE id IN (
    SELECT * FROM (
        SELECT id FROM orchestration_run WHERE project_id = ?
        ORDER BY created_at DESC, id DESC LIMIT ?
    )
    UNION
    SELECT id FROM orchestration_run
    WHERE project_id = ? AND status IN ('queued', 'running', 'blocked')
)
ORDER BY created_at DESC, id DESC
"""  # noqa: S608  (names of our own)

RUN_NAMES = """
SELECT run.id, card.number, coalesce(card.title, workflow.title)
FROM orchestration_run AS run
LEFT JOIN card ON card.id = run.card_id
LEFT JOIN workflow ON workflow.id = run.workflow_id
WHERE run.id IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT assignment.id, card.number, card.title
FROM card_assignment AS assignment JOIN card ON card.id = assignment.card_id
WHERE assignment.run_id IN (SELECT value FROM json_each(?1))
"""

RUN_IDS = """
SELECT id FROM orchestration_run
WHERE (id >= ?1 AND substr(id, 1, length(?1)) = ?1) OR substr(id, -length(?1)) = ?1
ORDER BY created_at DESC, id DESC LIMIT ?2
"""

# Of what failed only the last try counts: whoever has begun another knows of it. The lists of states
# are those of the partial indexes, word for word: SQLite uses them for nothing else.
COUNT_WAITING_RUNS = """
SELECT
    (SELECT count(*) FROM orchestration_run AS run
     WHERE run.project_id = ?1 AND run.status IN ('blocked', 'failed') AND CASE run.status
         WHEN 'blocked' THEN coalesce(run.waits_for, '') <> 'place'
         ELSE NOT EXISTS (
             SELECT 1 FROM orchestration_run AS later
             WHERE later.card_id = run.card_id AND later.created_at > run.created_at
         ) AND NOT EXISTS (
             SELECT 1 FROM card_assignment AS later
             WHERE later.card_id = run.card_id AND later.created_at > run.created_at
               AND later.run_id <> run.id
         ) AND NOT EXISTS (
             SELECT 1 FROM orchestration_run AS later
             WHERE run.card_id IS NULL AND later.workflow_id = run.workflow_id
               AND later.card_id IS NULL AND later.created_at > run.created_at
         )
     END)
    + (SELECT count(*) FROM orchestration_run AS run
       WHERE run.project_id = ?1 AND run.status IN ('queued', 'running', 'blocked')
         AND run.status <> 'blocked' AND EXISTS (
             SELECT 1 FROM card_assignment AS assignment
             WHERE assignment.run_id = run.id AND assignment.status = 'blocked'
               AND coalesce(assignment.waits_for, '') <> 'place'
         ))
"""

CARD_BUILD = """
SELECT run.id, assignment.id, run.scope, assignment.agent_profile,
    (SELECT count(*) FROM agent_execution AS execution
     WHERE execution.assignment_id = assignment.id),
    assignment.status, assignment.step, assignment.waits_for, assignment.reason,
    assignment.updated_at,
    run.status, run.step, run.waits_for, run.reason, run.updated_at
FROM card_assignment AS assignment JOIN orchestration_run AS run ON run.id = assignment.run_id
WHERE assignment.card_id = ?
ORDER BY assignment.created_at DESC, assignment.id DESC LIMIT 1
"""

"""The SQL that reads the action log a batch at a time, as a history shows it.

The actions of a batch stand together in the log, so the first of a batch leads to the batch
before it: a page costs what it shows, however long the log is.
"""

from __future__ import annotations

_BATCH = """
SELECT action.batch_id, held.first, held.last, held.last - held.first + 1, action.actor,
       coalesce(action.applied_at, action.created_at), action.action_type, action.target_ref,
       action.result, action.undoes, json_extract(action.payload, '$.what'),
       json_extract(action.payload, '$.whose')
FROM held
JOIN planning_action AS action
  ON action.project_id = ? AND action.sequence = held.last
ORDER BY held.last DESC
"""

_FIRST = """coalesce(
    (SELECT min(sequence) FROM planning_action AS same WHERE same.batch_id = action.batch_id),
    action.sequence
)"""

BATCHES = f"""
WITH RECURSIVE held (last, first) AS (
    SELECT * FROM (
        SELECT action.sequence, {_FIRST} FROM planning_action AS action
        WHERE action.project_id = ? AND action.sequence < ?
        ORDER BY action.sequence DESC LIMIT 1
    )
    UNION ALL
    SELECT action.sequence, {_FIRST}
    FROM held
    JOIN planning_action AS action ON action.project_id = ? AND action.sequence = (
        SELECT max(sequence) FROM planning_action AS earlier
        WHERE earlier.project_id = ? AND earlier.sequence < held.first
    )
    LIMIT ?
)
{_BATCH}
"""  # noqa: S608  (names of our own)

SOME_BATCHES = f"""
WITH held AS (
    SELECT max(sequence) AS last, min(sequence) AS first FROM planning_action
    WHERE batch_id IN (SELECT value FROM json_each(?)) AND project_id = ? AND sequence < ?
    GROUP BY batch_id ORDER BY last DESC LIMIT ?
)
{_BATCH}
"""  # noqa: S608  (names of our own)

TAKEN_BACK = """
SELECT batch_id, undoes, actor, coalesce(applied_at, created_at) FROM planning_action
WHERE project_id = ? AND undoes IS NOT NULL AND sequence IS NOT NULL
ORDER BY sequence
"""

ACTION_WORDS = """
SELECT batch_id, action_type, actor, result, substr(payload, 1, 300) FROM planning_action
WHERE project_id = ? AND sequence IS NOT NULL
ORDER BY sequence DESC
"""

BATCHES_OF_CARD = """
SELECT DISTINCT batch_id FROM planning_action
WHERE project_id = ? AND sequence IS NOT NULL
  AND (json_extract(target_ref, '$.card_id') = ? OR json_extract(result, '$.card_id') = ?)
"""

EVENTS = """
SELECT 'event', id, event_type AS type, actor, created_at AS moment, payload, '{}', run_id, NULL,
       NULL
FROM event_log WHERE project_id = :project
  AND (created_at, id) < (:moment, :id)
"""

REFUSED = """
SELECT 'refused', id, action_type, actor, created_at, payload, target_ref, NULL, rejection_reason,
       NULL
FROM planning_action WHERE project_id = :project AND sequence IS NULL
  AND validation_status = 'rejected' AND (created_at, id) < (:moment, :id)
"""

ARCHIVED = """
SELECT 'archived', id, event_type, actor, created_at, payload, '{}', run_id, NULL, project_name
FROM event_archive WHERE (created_at, id) < (:moment, :id)
"""

NEWEST_FIRST = "ORDER BY moment DESC, id DESC LIMIT :limit"

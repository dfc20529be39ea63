"""The SQL of the batch reads: a screen's worth of rows in one query each.

Counts come from grouped sub-selects joined once, not from a sub-select per card; rows
leave as plain tuples, which costs a third of what dictionaries do.
"""

from __future__ import annotations

BOARD_COLUMNS = """
SELECT workflow.id, workflow.title, workflow.build_state,
       activity.id, activity.title, activity.color, coalesce(held.cards, 0)
FROM workflow
LEFT JOIN workflow_activity AS activity ON activity.workflow_id = workflow.id
LEFT JOIN (
    SELECT workflow_activity_id, count(*) AS cards FROM card GROUP BY workflow_activity_id
) AS held ON held.workflow_activity_id = activity.id
WHERE workflow.project_id = ?
ORDER BY workflow.position, workflow.created_at, workflow.id,
         activity.position, activity.created_at, activity.id
"""

# What each card holds, in grouped reads joined once.
CARDS_HOLD = """LEFT JOIN (
    SELECT card_id, count(*) AS held, sum(status = 'approved') AS approved,
           sum(status = 'draft') AS drafts
    FROM card_requirement WHERE status <> 'rejected' GROUP BY card_id
) AS requirement ON requirement.card_id = card.id
LEFT JOIN (
    SELECT card_id, count(*) AS drafts FROM card_assumption WHERE status = 'draft'
    GROUP BY card_id
) AS assumption ON assumption.card_id = card.id
LEFT JOIN (
    SELECT card_id, count(*) AS held FROM card_question WHERE status = 'draft' GROUP BY card_id
) AS question ON question.card_id = card.id
LEFT JOIN (
    SELECT card_id, count(*) AS held, sum(status <> 'approved') AS drafts
    FROM card_planned_file GROUP BY card_id
) AS planned_file ON planned_file.card_id = card.id
"""

_CARDS_OF_PROJECT = """
SELECT card.workflow_activity_id, card.id, card.number, card.title, card.status, card.priority,
       card.build_state, card.finalized_at,
       coalesce(requirement.held, 0), coalesce(question.held, 0), coalesce(planned_file.held, 0),
       coalesce(requirement.approved, 0),
       coalesce(requirement.drafts, 0) + coalesce(assumption.drafts, 0)
       + coalesce(planned_file.drafts, 0)
FROM card
{held}WHERE card.workflow_activity_id IN (
    SELECT activity.id FROM workflow_activity AS activity
    JOIN workflow ON workflow.id = activity.workflow_id WHERE workflow.project_id = ?
)
ORDER BY card.workflow_activity_id, card.position, card.created_at, card.id
"""

BOARD_CARDS_OF_PROJECT = _CARDS_OF_PROJECT.format(held=CARDS_HOLD)

BOARD_CARDS_OF_ACTIVITIES = """
SELECT card.workflow_activity_id, card.id, card.number, card.title, card.status, card.priority,
       card.build_state, card.finalized_at,
       (SELECT count(*) FROM card_requirement AS r
        WHERE r.card_id = card.id AND r.status <> 'rejected'),
       (SELECT count(*) FROM card_question AS q
        WHERE q.card_id = card.id AND q.status = 'draft'),
       (SELECT count(*) FROM card_planned_file AS f WHERE f.card_id = card.id),
       (SELECT count(*) FROM card_requirement AS r
        WHERE r.card_id = card.id AND r.status = 'approved'),
       (SELECT count(*) FROM card_requirement AS r
        WHERE r.card_id = card.id AND r.status = 'draft')
       + (SELECT count(*) FROM card_assumption AS a
          WHERE a.card_id = card.id AND a.status = 'draft')
       + (SELECT count(*) FROM card_planned_file AS f
          WHERE f.card_id = card.id AND f.status <> 'approved')
FROM card
WHERE card.workflow_activity_id IN (SELECT value FROM json_each(?)) AND card.position < ?
ORDER BY card.workflow_activity_id, card.position, card.created_at, card.id
"""

_LATEST = ", ".join(
    f"coalesce((SELECT max(updated_at) FROM {table} WHERE card_id = card.id), '')"  # noqa: S608
    for table in (
        "card_requirement",
        "card_known_fact",
        "card_assumption",
        "card_question",
        "card_planned_file",
    )
)

CARD_DETAILS = f"""
SELECT card.id, card.description, card.quick_answer, card.created_at,
       max(card.updated_at, {_LATEST}),
       (SELECT count(*) FROM card_known_fact AS f
        WHERE f.card_id = card.id AND f.status <> 'rejected'),
       (SELECT count(*) FROM card_assumption AS a
        WHERE a.card_id = card.id AND a.status <> 'rejected'),
       (SELECT count(*) FROM card_context_artifact AS l WHERE l.card_id = card.id),
       CASE WHEN card.build_state IS NOT NULL THEN (
           SELECT coalesce(a.waits_for, CASE run.status WHEN 'blocked' THEN run.waits_for END)
           FROM card_assignment AS a JOIN orchestration_run AS run ON run.id = a.run_id
           WHERE a.card_id = card.id AND run.status IN ('queued', 'running', 'blocked')
           ORDER BY a.created_at DESC, a.id DESC LIMIT 1
       ) END
FROM json_each(?) AS wanted JOIN card ON card.id = wanted.value
"""  # noqa: S608  (names of our own)

IS_ANY_TEXT_WAITING = "SELECT 1 FROM search_document WHERE is_waiting = 1 LIMIT 1"

INDEX_WAITING_TEXTS = """
INSERT INTO search_index (rowid, title, body)
SELECT id, title, body FROM search_content WHERE is_waiting = 1
"""

NO_TEXT_IS_WAITING = "UPDATE search_document SET is_waiting = 0 WHERE is_waiting = 1"

# The best are chosen before anything is joined to them; marking the matches costs what ranking
# does not, a little for each row that is looked at, so only the chosen ones are marked.
SEARCH = """
WITH chosen AS MATERIALIZED (
    SELECT search_index.rowid AS id, search_index.rank AS score
    FROM search_index {within}
    WHERE search_index MATCH ? {of_project}
    ORDER BY score, id DESC LIMIT ?
), marked AS MATERIALIZED (
    SELECT rowid AS id, title, snippet(search_index, -1, char(2), char(3), '…', 16) AS part
    FROM search_index WHERE search_index MATCH ? AND +rowid IN (SELECT id FROM chosen)
)
SELECT document.entity_type, document.entity_id, card.id, card.number,
       project.id, project.name, workflow.title, activity.title,
       marked.title, marked.part
FROM chosen
JOIN marked ON marked.id = chosen.id
JOIN search_document AS document ON document.id = chosen.id
LEFT JOIN project ON project.id = document.project_id
LEFT JOIN card ON card.id = CASE document.entity_type
    WHEN 'card' THEN document.entity_id
    WHEN 'requirement' THEN (SELECT card_id FROM card_requirement WHERE id = document.entity_id)
    WHEN 'known_fact' THEN (SELECT card_id FROM card_known_fact WHERE id = document.entity_id)
    WHEN 'assumption' THEN (SELECT card_id FROM card_assumption WHERE id = document.entity_id)
    WHEN 'question' THEN (SELECT card_id FROM card_question WHERE id = document.entity_id)
    WHEN 'planned_file' THEN (SELECT card_id FROM card_planned_file WHERE id = document.entity_id)
END
LEFT JOIN workflow_activity AS activity ON activity.id = CASE document.entity_type
    WHEN 'activity' THEN document.entity_id ELSE card.workflow_activity_id
END
LEFT JOIN workflow ON workflow.id = CASE document.entity_type
    WHEN 'workflow' THEN document.entity_id ELSE activity.workflow_id
END
ORDER BY chosen.score, chosen.id DESC
"""

SEARCH_ALL = SEARCH.format(within="", of_project="")
SEARCH_PROJECT = SEARCH.format(
    within="JOIN search_document ON search_document.id = search_index.rowid",
    of_project="AND search_document.project_id = ?",
)

PROJECT_COUNTS = """
SELECT project.id, project.name, project.description,
       count(DISTINCT workflow.id), count(DISTINCT activity.id), count(card.id)
FROM project
LEFT JOIN workflow ON workflow.project_id = project.id
LEFT JOIN workflow_activity AS activity ON activity.workflow_id = workflow.id
LEFT JOIN card ON card.workflow_activity_id = activity.id
GROUP BY project.id ORDER BY project.name, project.id
"""

_READINESS = """
SELECT workflow.project_id, card.finalized_at IS NOT NULL AS finalized,
       coalesce(requirement.approved, 0) > 0 AS approved,
       coalesce(requirement.drafts, 0) + coalesce(assumption.drafts, 0)
       + coalesce(planned_file.drafts, 0) > 0 AS undecided,
       coalesce(question.held, 0) > 0 AS open,
       count(*), sum(coalesce(question.held, 0))
FROM card
JOIN workflow_activity AS activity ON activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = activity.workflow_id
{held}GROUP BY workflow.project_id, finalized, approved, undecided, open
ORDER BY workflow.project_id, finalized, approved, undecided, open
"""

PROJECT_READINESS = _READINESS.format(held=CARDS_HOLD)

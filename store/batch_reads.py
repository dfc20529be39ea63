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

BOARD_CARDS_OF_PROJECT = """
SELECT card.workflow_activity_id, card.id, card.number, card.title, card.status, card.priority,
       card.build_state, card.finalized_at,
       coalesce(requirement.held, 0), coalesce(question.held, 0), coalesce(planned_file.held, 0)
FROM card
LEFT JOIN (
    SELECT card_id, count(*) AS held FROM card_requirement WHERE status <> 'rejected'
    GROUP BY card_id
) AS requirement ON requirement.card_id = card.id
LEFT JOIN (
    SELECT card_id, count(*) AS held FROM card_question WHERE status = 'draft' GROUP BY card_id
) AS question ON question.card_id = card.id
LEFT JOIN (
    SELECT card_id, count(*) AS held FROM card_planned_file GROUP BY card_id
) AS planned_file ON planned_file.card_id = card.id
WHERE card.workflow_activity_id IN (
    SELECT activity.id FROM workflow_activity AS activity
    JOIN workflow ON workflow.id = activity.workflow_id WHERE workflow.project_id = ?
)
ORDER BY card.workflow_activity_id, card.position, card.created_at, card.id
"""

BOARD_CARDS_OF_ACTIVITIES = """
SELECT card.workflow_activity_id, card.id, card.number, card.title, card.status, card.priority,
       card.build_state, card.finalized_at,
       (SELECT count(*) FROM card_requirement AS r
        WHERE r.card_id = card.id AND r.status <> 'rejected'),
       (SELECT count(*) FROM card_question AS q
        WHERE q.card_id = card.id AND q.status = 'draft'),
       (SELECT count(*) FROM card_planned_file AS f WHERE f.card_id = card.id)
FROM card
WHERE card.workflow_activity_id IN (SELECT value FROM json_each(?)) AND card.position < ?
ORDER BY card.workflow_activity_id, card.position, card.created_at, card.id
"""

CARD_TEXTS = """
SELECT card.id, card.description FROM card
JOIN workflow_activity AS activity ON activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = activity.workflow_id
WHERE workflow.project_id = ?
"""

PROJECT_COUNTS = """
SELECT project.id, project.name, project.description,
       count(DISTINCT workflow.id), count(DISTINCT activity.id), count(card.id)
FROM project
LEFT JOIN workflow ON workflow.project_id = project.id
LEFT JOIN workflow_activity AS activity ON activity.workflow_id = workflow.id
LEFT JOIN card ON card.workflow_activity_id = activity.id
GROUP BY project.id ORDER BY project.name, project.id
"""

"""The SQL behind a project's overview: each answers for a whole project in one query."""

from __future__ import annotations

from store.batch_reads import CARDS_HOLD

_CARDS = """
SELECT card.id FROM card
JOIN workflow_activity AS activity ON activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = activity.workflow_id
WHERE workflow.project_id = ?
"""

WHAT_IS_MISSING = f"""
SELECT
    coalesce(sum(card.finalized_at IS NULL AND coalesce(requirement.approved, 0) = 0), 0),
    coalesce(sum(card.finalized_at IS NULL AND requirement.drafts > 0), 0),
    coalesce(sum(card.finalized_at IS NULL AND question.held > 0), 0),
    coalesce(sum(card.finalized_at IS NULL AND assumption.drafts > 0), 0),
    coalesce(sum(card.finalized_at IS NULL AND planned_file.drafts > 0), 0),
    coalesce(sum(
        coalesce(card.description, '') = '' AND coalesce(requirement.held, 0) = 0
        AND fact.card_id IS NULL AND assumed.card_id IS NULL
        AND coalesce(question.held, 0) = 0 AND planned_file.card_id IS NULL
        AND artifact.card_id IS NULL
    ), 0)
FROM card
{CARDS_HOLD}LEFT JOIN (
    SELECT card_id FROM card_known_fact WHERE status <> 'rejected' GROUP BY card_id
) AS fact ON fact.card_id = card.id
LEFT JOIN (
    SELECT card_id FROM card_assumption WHERE status <> 'rejected' GROUP BY card_id
) AS assumed ON assumed.card_id = card.id
LEFT JOIN (
    SELECT card_id FROM card_context_artifact GROUP BY card_id
) AS artifact ON artifact.card_id = card.id
WHERE card.id IN ({_CARDS})
"""  # noqa: S608  (names of our own)

OPEN_QUESTIONS = """
SELECT question.id, question.text, card.id, card.number, card.title, workflow.title, activity.title
FROM card_question AS question
JOIN card ON card.id = question.card_id
JOIN workflow_activity AS activity ON activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = activity.workflow_id
WHERE workflow.project_id = ? AND question.status = 'draft'
ORDER BY workflow.position, workflow.created_at, workflow.id,
         activity.position, activity.created_at, activity.id,
         card.position, card.created_at, card.id,
         question.position, question.created_at, question.id
LIMIT ?
"""

CHANGES_SINCE = """
SELECT substr(coalesce(applied_at, created_at), 1, 16) AS minute, actor, count(DISTINCT batch_id)
FROM planning_action
WHERE project_id = ? AND sequence IS NOT NULL AND coalesce(applied_at, created_at) >= ?
GROUP BY minute, actor ORDER BY minute, actor
"""

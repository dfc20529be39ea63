"""Whether the full-text index holds exactly what the tables do."""

import sqlite3

from store.batch_reads import INDEX_WAITING_TEXTS, NO_TEXT_IS_WAITING

EVERYTHING = """
SELECT 'project', id, id FROM project
UNION ALL SELECT 'workflow', id, project_id FROM workflow
UNION ALL SELECT 'activity', id, (SELECT project_id FROM workflow WHERE id = workflow_id)
FROM workflow_activity
UNION ALL SELECT 'context_artifact', id, project_id FROM context_artifact
UNION ALL SELECT held.kind, held.id, workflow.project_id FROM (
  SELECT 'card' AS kind, id, id AS card_id FROM card
  UNION ALL SELECT 'requirement', id, card_id FROM card_requirement
  UNION ALL SELECT 'known_fact', id, card_id FROM card_known_fact
  UNION ALL SELECT 'assumption', id, card_id FROM card_assumption
  UNION ALL SELECT 'question', id, card_id FROM card_question
  UNION ALL SELECT 'planned_file', id, card_id FROM card_planned_file
) AS held
JOIN card ON card.id = held.card_id
JOIN workflow_activity ON workflow_activity.id = card.workflow_activity_id
JOIN workflow ON workflow.id = workflow_activity.workflow_id
"""


def check_index(connection: sqlite3.Connection) -> None:
    """Fail unless every text is in the index, as it is now, and nothing else is.

    What plain SQL has written is indexed first, as an adapter would at its next transaction.
    """
    connection.execute(INDEX_WAITING_TEXTS)
    connection.execute(NO_TEXT_IS_WAITING)
    documents = "SELECT entity_type, entity_id, project_id FROM search_document"
    assert sorted(connection.execute(documents)) == sorted(connection.execute(EVERYTHING))
    (held,) = connection.execute("SELECT count(*) FROM search_content").fetchone()
    (indexed,) = connection.execute("SELECT count(*) FROM search_index_docsize").fetchone()
    assert held == indexed
    # The 1 has FTS5 compare what it holds with the texts as they are now.
    connection.execute(
        "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"
    )

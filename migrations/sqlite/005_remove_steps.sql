-- Cards stand directly below their activity. Every card stays on the activity it is on;
-- the table is rebuilt, because a column that references another table can't be dropped.

CREATE TABLE card_without_step (
  id TEXT PRIMARY KEY NOT NULL,
  workflow_activity_id TEXT NOT NULL REFERENCES workflow_activity (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  description TEXT,
  status TEXT NOT NULL DEFAULT 'todo'
    CHECK (status IN ('todo', 'active', 'questions', 'review', 'production')),
  priority INTEGER NOT NULL DEFAULT 0,
  position INTEGER NOT NULL DEFAULT 0,
  quick_answer TEXT,
  build_state TEXT
    CHECK (build_state IN ('queued', 'running', 'blocked', 'failed', 'completed', 'cancelled')),
  last_built_at TEXT,
  last_build_ref TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

-- Two steps may each have had a card at position 0. Where positions would now collide,
-- the activity is numbered anew as it read: first the cards on no step, then step by step.
INSERT INTO card_without_step (
  rowid, id, workflow_activity_id, title, description, status, priority, position,
  quick_answer, build_state, last_built_at, last_build_ref, created_at, updated_at
)
SELECT
  card.rowid, card.id, card.workflow_activity_id, card.title, card.description, card.status,
  card.priority,
  CASE
    WHEN card.workflow_activity_id IN (
      SELECT workflow_activity_id
      FROM card
      GROUP BY workflow_activity_id
      HAVING count(step_id) > 0 AND count(DISTINCT position) < count(*)
    )
    THEN row_number() OVER (
      PARTITION BY card.workflow_activity_id
      ORDER BY step.position, step.id, card.position, card.created_at, card.id
    ) - 1
    ELSE card.position
  END,
  card.quick_answer, card.build_state, card.last_built_at, card.last_build_ref,
  card.created_at, card.updated_at
FROM card
LEFT JOIN step ON step.id = card.step_id;

DROP TABLE card;
DROP TABLE step;
ALTER TABLE card_without_step RENAME TO card;
CREATE INDEX card_by_activity ON card (workflow_activity_id, position);

-- Undo that lasts, cards people can name by number, and a story that outlives its project.

-- The last card number given out in a project: a number is never used again.
ALTER TABLE project ADD COLUMN card_sequence INTEGER NOT NULL DEFAULT 0;

ALTER TABLE card ADD COLUMN number INTEGER;
ALTER TABLE card ADD COLUMN finalized_at TEXT;

UPDATE card
SET number = numbered.number
FROM (
  SELECT
    card.id,
    row_number() OVER (
      PARTITION BY workflow.project_id
      ORDER BY
        card.created_at, workflow.position, workflow_activity.position, card.position, card.rowid
    ) AS number
  FROM card
  JOIN workflow_activity ON workflow_activity.id = card.workflow_activity_id
  JOIN workflow ON workflow.id = workflow_activity.workflow_id
) AS numbered
WHERE numbered.id = card.id;

UPDATE project
SET card_sequence = (
  SELECT count(*)
  FROM card
  JOIN workflow_activity ON workflow_activity.id = card.workflow_activity_id
  JOIN workflow ON workflow.id = workflow_activity.workflow_id
  WHERE workflow.project_id = project.id
);

CREATE INDEX card_by_number ON card (number);

ALTER TABLE planning_action ADD COLUMN sequence INTEGER;
ALTER TABLE planning_action ADD COLUMN actor TEXT;
ALTER TABLE planning_action ADD COLUMN batch_id TEXT;
ALTER TABLE planning_action ADD COLUMN undoes TEXT;
ALTER TABLE planning_action ADD COLUMN inverse TEXT
  CHECK (inverse IS NULL OR json_valid(inverse));
ALTER TABLE planning_action ADD COLUMN result TEXT
  CHECK (result IS NULL OR json_valid(result));

UPDATE planning_action
SET sequence = counted.sequence, batch_id = planning_action.id
FROM (
  SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY created_at, rowid) AS sequence
  FROM planning_action
  WHERE validation_status = 'accepted'
) AS counted
WHERE counted.id = planning_action.id;

-- The next action is to be the next number, whatever was counted here before.
UPDATE project
SET action_sequence = (
  SELECT count(*)
  FROM planning_action
  WHERE planning_action.project_id = project.id AND validation_status = 'accepted'
);

-- Refused actions have no sequence, and nulls are never duplicates.
-- It also serves what the index by time did, at half the cost of an insert.
DROP INDEX planning_action_by_project;
CREATE UNIQUE INDEX planning_action_by_sequence ON planning_action (project_id, sequence);
CREATE INDEX planning_action_by_batch ON planning_action (batch_id, sequence);

CREATE TABLE event_archive (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL,
  project_name TEXT NOT NULL,
  run_id TEXT,
  event_type TEXT NOT NULL,
  actor TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX event_archive_by_project ON event_archive (project_id, created_at);

-- OR REPLACE: a project brought back with its old ids can be deleted again.
CREATE TRIGGER event_log_outlives_project BEFORE DELETE ON project
BEGIN
  INSERT OR REPLACE INTO event_archive (
    id, project_id, project_name, run_id, event_type, actor, payload, created_at
  )
  SELECT id, project_id, OLD.name, run_id, event_type, actor, payload, created_at
  FROM event_log
  WHERE project_id = OLD.id;
END;

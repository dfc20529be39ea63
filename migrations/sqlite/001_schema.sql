-- The map (project, workflow, activity, step, card), what is known about a card, and
-- the log of what changed the map. Deleting a row deletes all below it.
--
-- The checks of JSON columns that may be null say so: older SQLites hold null for invalid.

CREATE TABLE project (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  repo_url TEXT,
  default_branch TEXT NOT NULL DEFAULT 'main',
  action_sequence INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE workflow (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  description TEXT,
  build_state TEXT
    CHECK (build_state IN ('queued', 'running', 'blocked', 'failed', 'completed', 'cancelled')),
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX workflow_by_project ON workflow (project_id, position);

CREATE TABLE workflow_activity (
  id TEXT PRIMARY KEY NOT NULL,
  workflow_id TEXT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  color TEXT CHECK (color IN ('yellow', 'blue', 'purple', 'green', 'orange', 'pink')),
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX workflow_activity_by_workflow ON workflow_activity (workflow_id, position);

CREATE TABLE step (
  id TEXT PRIMARY KEY NOT NULL,
  workflow_activity_id TEXT NOT NULL REFERENCES workflow_activity (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  position INTEGER NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX step_by_activity ON step (workflow_activity_id, position);

CREATE TABLE card (
  id TEXT PRIMARY KEY NOT NULL,
  workflow_activity_id TEXT NOT NULL REFERENCES workflow_activity (id) ON DELETE CASCADE,
  step_id TEXT REFERENCES step (id) ON DELETE SET NULL,
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
CREATE INDEX card_by_activity ON card (workflow_activity_id, position);
CREATE INDEX card_by_step ON card (step_id, position);

CREATE TABLE planning_action (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  action_type TEXT NOT NULL,
  target_ref TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(target_ref)),
  payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
  validation_status TEXT NOT NULL CHECK (validation_status IN ('accepted', 'rejected')),
  rejection_reason TEXT,
  applied_at TEXT,
  idempotency_key TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX planning_action_by_project ON planning_action (project_id, created_at);
CREATE UNIQUE INDEX planning_action_once ON planning_action (project_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE context_artifact (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN (
    'doc', 'design', 'code', 'research', 'link', 'image', 'skill',
    'mcp', 'cli', 'api', 'prompt', 'spec', 'runbook'
  )),
  title TEXT,
  content TEXT,
  uri TEXT,
  locator TEXT,
  mime_type TEXT,
  integration_ref TEXT CHECK (integration_ref IS NULL OR json_valid(integration_ref)),
  checksum TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT "a context artifact needs content, uri or integration_ref"
    CHECK (content IS NOT NULL OR uri IS NOT NULL OR integration_ref IS NOT NULL)
);
CREATE INDEX context_artifact_by_project ON context_artifact (project_id, created_at);

CREATE TABLE card_context_artifact (
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  context_artifact_id TEXT NOT NULL REFERENCES context_artifact (id) ON DELETE CASCADE,
  linked_by TEXT,
  usage_hint TEXT,
  PRIMARY KEY (card_id, context_artifact_id)
);
CREATE INDEX card_context_artifact_by_artifact
  ON card_context_artifact (context_artifact_id, card_id);

CREATE TABLE card_requirement (
  id TEXT PRIMARY KEY NOT NULL,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'rejected')),
  source TEXT NOT NULL CHECK (source IN ('agent', 'user', 'imported')),
  confidence REAL,
  position INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX card_requirement_by_card ON card_requirement (card_id, position);

CREATE TABLE card_known_fact (
  id TEXT PRIMARY KEY NOT NULL,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  evidence_source TEXT,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'rejected')),
  source TEXT NOT NULL CHECK (source IN ('agent', 'user', 'imported')),
  confidence REAL,
  position INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX card_known_fact_by_card ON card_known_fact (card_id, position);

CREATE TABLE card_assumption (
  id TEXT PRIMARY KEY NOT NULL,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'rejected')),
  source TEXT NOT NULL CHECK (source IN ('agent', 'user', 'imported')),
  confidence REAL,
  position INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX card_assumption_by_card ON card_assumption (card_id, position);

CREATE TABLE card_question (
  id TEXT PRIMARY KEY NOT NULL,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'approved', 'rejected')),
  source TEXT NOT NULL CHECK (source IN ('agent', 'user', 'imported')),
  confidence REAL,
  position INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX card_question_by_card ON card_question (card_id, position);

CREATE TABLE card_planned_file (
  id TEXT PRIMARY KEY NOT NULL,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  logical_file_name TEXT NOT NULL,
  module_hint TEXT,
  artifact_kind TEXT NOT NULL CHECK (artifact_kind IN (
    'component', 'endpoint', 'service', 'schema', 'hook', 'util', 'middleware', 'job', 'config'
  )),
  action TEXT NOT NULL CHECK (action IN ('create', 'edit')),
  intent_summary TEXT NOT NULL,
  contract_notes TEXT,
  status TEXT NOT NULL DEFAULT 'proposed'
    CHECK (status IN ('proposed', 'user_edited', 'approved')),
  position INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX card_planned_file_by_card ON card_planned_file (card_id, position);

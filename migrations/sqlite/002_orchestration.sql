-- Runs: the rules they are held to, what they did, what came of it. A run goes with the
-- card or workflow it built; its events stay.

CREATE TABLE system_policy_profile (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL UNIQUE REFERENCES project (id) ON DELETE CASCADE,
  required_checks TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(required_checks)),
  protected_paths TEXT CHECK (protected_paths IS NULL OR json_valid(protected_paths)),
  forbidden_paths TEXT CHECK (forbidden_paths IS NULL OR json_valid(forbidden_paths)),
  dependency_policy TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(dependency_policy)),
  security_policy TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(security_policy)),
  architecture_policy TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(architecture_policy)),
  approval_policy TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(approval_policy)),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE orchestration_run (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  scope TEXT NOT NULL CHECK (scope IN ('workflow', 'card')),
  workflow_id TEXT REFERENCES workflow (id) ON DELETE CASCADE,
  card_id TEXT REFERENCES card (id) ON DELETE CASCADE,
  trigger_type TEXT NOT NULL CHECK (trigger_type IN ('card', 'workflow', 'manual')),
  status TEXT NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'blocked', 'failed', 'completed', 'cancelled')),
  initiated_by TEXT NOT NULL,
  repo_url TEXT NOT NULL,
  base_branch TEXT NOT NULL,
  system_policy_profile_id TEXT NOT NULL
    REFERENCES system_policy_profile (id) ON DELETE CASCADE,
  system_policy_snapshot TEXT NOT NULL CHECK (json_valid(system_policy_snapshot)),
  run_input_snapshot TEXT NOT NULL CHECK (json_valid(run_input_snapshot)),
  worktree_root TEXT,
  started_at TEXT,
  ended_at TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT "a run of a workflow needs workflow_id and no card_id"
    CHECK (scope <> 'workflow' OR (workflow_id IS NOT NULL AND card_id IS NULL)),
  CONSTRAINT "a run of a card needs card_id" CHECK (scope <> 'card' OR card_id IS NOT NULL)
);
CREATE INDEX orchestration_run_by_project ON orchestration_run (project_id, created_at);
CREATE INDEX orchestration_run_by_workflow ON orchestration_run (workflow_id, created_at);
CREATE INDEX orchestration_run_by_card ON orchestration_run (card_id, created_at);
CREATE INDEX orchestration_run_by_profile
  ON orchestration_run (system_policy_profile_id, created_at);

CREATE TABLE card_assignment (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
  card_id TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
  agent_role TEXT NOT NULL
    CHECK (agent_role IN ('planner', 'coder', 'reviewer', 'integrator', 'tester')),
  agent_profile TEXT NOT NULL,
  feature_branch TEXT NOT NULL,
  worktree_path TEXT,
  allowed_paths TEXT NOT NULL CHECK (json_valid(allowed_paths)),
  forbidden_paths TEXT CHECK (forbidden_paths IS NULL OR json_valid(forbidden_paths)),
  assignment_input_snapshot TEXT NOT NULL CHECK (json_valid(assignment_input_snapshot)),
  status TEXT NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'blocked', 'failed', 'completed', 'cancelled')),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  UNIQUE (run_id, card_id, agent_profile)
);
CREATE INDEX card_assignment_by_run ON card_assignment (run_id, created_at);
CREATE INDEX card_assignment_by_card ON card_assignment (card_id, created_at);

CREATE TABLE agent_execution (
  id TEXT PRIMARY KEY NOT NULL,
  assignment_id TEXT NOT NULL REFERENCES card_assignment (id) ON DELETE CASCADE,
  status TEXT NOT NULL
    CHECK (status IN ('queued', 'running', 'blocked', 'failed', 'completed', 'cancelled')),
  started_at TEXT,
  ended_at TEXT,
  summary TEXT,
  error TEXT
);
CREATE INDEX agent_execution_by_assignment ON agent_execution (assignment_id, started_at);

CREATE TABLE agent_commit (
  id TEXT PRIMARY KEY NOT NULL,
  assignment_id TEXT NOT NULL REFERENCES card_assignment (id) ON DELETE CASCADE,
  sha TEXT NOT NULL,
  branch TEXT NOT NULL,
  message TEXT NOT NULL,
  committed_at TEXT NOT NULL
);
CREATE INDEX agent_commit_by_assignment ON agent_commit (assignment_id, committed_at);

CREATE TABLE run_check (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
  check_type TEXT NOT NULL CHECK (check_type IN (
    'dependency', 'security', 'policy', 'lint', 'unit', 'integration', 'e2e'
  )),
  status TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'skipped')),
  output TEXT,
  executed_at TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX run_check_by_run ON run_check (run_id, created_at);

CREATE TABLE pull_request_candidate (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL UNIQUE REFERENCES orchestration_run (id) ON DELETE CASCADE,
  base_branch TEXT NOT NULL,
  head_branch TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'not_created'
    CHECK (status IN ('not_created', 'draft_open', 'open', 'merged', 'closed')),
  pr_url TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE approval_request (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL REFERENCES orchestration_run (id) ON DELETE CASCADE,
  approval_type TEXT NOT NULL CHECK (approval_type IN ('create_pr', 'merge_pr')),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected')),
  requested_by TEXT NOT NULL,
  requested_at TEXT NOT NULL,
  resolved_by TEXT,
  resolved_at TEXT,
  notes TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX approval_request_by_run ON approval_request (run_id, created_at);

CREATE TABLE event_log (
  id TEXT PRIMARY KEY NOT NULL,
  project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  run_id TEXT REFERENCES orchestration_run (id) ON DELETE SET NULL,
  event_type TEXT NOT NULL,
  actor TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX event_log_by_project ON event_log (project_id, created_at);
CREATE INDEX event_log_by_run ON event_log (run_id, created_at);

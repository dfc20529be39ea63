-- What a run needs to survive its own program: what it meant to do before it did it, who is doing
-- it, how far it is, and what it waits for.

-- Rules of a policy profile that the contract has no column for. A command is a list of arguments.
ALTER TABLE system_policy_profile ADD COLUMN allowed_paths TEXT
  CHECK (allowed_paths IS NULL OR json_valid(allowed_paths));
ALTER TABLE system_policy_profile ADD COLUMN check_commands TEXT NOT NULL DEFAULT '{}'
  CHECK (json_valid(check_commands));
ALTER TABLE system_policy_profile ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'
  CHECK (json_valid(limits));

-- reason says in words why a run or assignment is blocked, failed or cancelled; waits_for what
-- would let a blocked one go on.
ALTER TABLE orchestration_run ADD COLUMN agent_profile TEXT;
ALTER TABLE orchestration_run ADD COLUMN base_commit TEXT;
ALTER TABLE orchestration_run ADD COLUMN integration_branch TEXT;
ALTER TABLE orchestration_run ADD COLUMN head_commit TEXT;
ALTER TABLE orchestration_run ADD COLUMN step TEXT CHECK (step IN (
  'preparing', 'agent', 'collecting', 'checks', 'integrating', 'delivering'
));
ALTER TABLE orchestration_run ADD COLUMN waits_for TEXT CHECK (waits_for IN (
  'answers', 'decision', 'change', 'conflict', 'approval', 'place'
));
ALTER TABLE orchestration_run ADD COLUMN reason TEXT;
ALTER TABLE orchestration_run ADD COLUMN supervisor_pid INTEGER;
ALTER TABLE orchestration_run ADD COLUMN supervisor_started TEXT;
ALTER TABLE orchestration_run ADD COLUMN heartbeat_at TEXT;
ALTER TABLE orchestration_run ADD COLUMN cancel_requested_at TEXT;
ALTER TABLE orchestration_run ADD COLUMN cancel_requested_by TEXT;
-- What is still to be looked after, whoever starts next: few rows among many.
CREATE INDEX orchestration_run_open ON orchestration_run (project_id, status)
  WHERE status IN ('queued', 'running', 'blocked');

-- next_turn is what the agent is to be told next, recorded before its turn begins.
ALTER TABLE card_assignment ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card_assignment ADD COLUMN base_commit TEXT;
ALTER TABLE card_assignment ADD COLUMN head_commit TEXT;
ALTER TABLE card_assignment ADD COLUMN step TEXT CHECK (step IN (
  'preparing', 'agent', 'collecting', 'checks', 'integrating', 'delivering'
));
ALTER TABLE card_assignment ADD COLUMN waits_for TEXT CHECK (waits_for IN (
  'answers', 'decision', 'change', 'conflict', 'approval', 'place'
));
ALTER TABLE card_assignment ADD COLUMN reason TEXT;
ALTER TABLE card_assignment ADD COLUMN session TEXT;
ALTER TABLE card_assignment ADD COLUMN accepted_paths TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(accepted_paths));
ALTER TABLE card_assignment ADD COLUMN next_turn TEXT
  CHECK (next_turn IS NULL OR json_valid(next_turn));
ALTER TABLE card_assignment ADD COLUMN started_at TEXT;
ALTER TABLE card_assignment ADD COLUMN ended_at TEXT;
DROP INDEX card_assignment_by_run;
DROP INDEX card_assignment_by_card;
CREATE INDEX card_assignment_by_run ON card_assignment (run_id, sequence);
CREATE INDEX card_assignment_by_card ON card_assignment (card_id, sequence);

-- One turn of the agent. folder holds what passes between it, its shim and its supervisor.
ALTER TABLE agent_execution ADD COLUMN turn INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agent_execution ADD COLUMN prompt TEXT;
ALTER TABLE agent_execution ADD COLUMN command TEXT
  CHECK (command IS NULL OR json_valid(command));
ALTER TABLE agent_execution ADD COLUMN folder TEXT;
ALTER TABLE agent_execution ADD COLUMN log_path TEXT;
ALTER TABLE agent_execution ADD COLUMN pid INTEGER;
ALTER TABLE agent_execution ADD COLUMN pid_started TEXT;
ALTER TABLE agent_execution ADD COLUMN exit_code INTEGER;
ALTER TABLE agent_execution ADD COLUMN report TEXT
  CHECK (report IS NULL OR json_valid(report));
DROP INDEX agent_execution_by_assignment;
CREATE INDEX agent_execution_by_assignment ON agent_execution (assignment_id, turn);

-- What the agent leaves uncommitted is committed for it, by the supervisor.
ALTER TABLE agent_commit ADD COLUMN made_by TEXT NOT NULL DEFAULT 'agent'
  CHECK (made_by IN ('agent', 'supervisor'));

-- A check holds for one commit alone. assignment_id is null for a check of the integration branch.
ALTER TABLE run_check ADD COLUMN assignment_id TEXT
  REFERENCES card_assignment (id) ON DELETE CASCADE;
ALTER TABLE run_check ADD COLUMN commit_sha TEXT;
ALTER TABLE run_check ADD COLUMN command TEXT CHECK (command IS NULL OR json_valid(command));
ALTER TABLE run_check ADD COLUMN exit_code INTEGER;
ALTER TABLE run_check ADD COLUMN seconds REAL;
ALTER TABLE run_check ADD COLUMN log_path TEXT;
ALTER TABLE run_check ADD COLUMN changed_files TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(changed_files));
CREATE INDEX run_check_by_assignment ON run_check (assignment_id, created_at);

ALTER TABLE pull_request_candidate ADD COLUMN head_commit TEXT;
ALTER TABLE pull_request_candidate ADD COLUMN pushed_to TEXT;
ALTER TABLE pull_request_candidate ADD COLUMN merged_commit TEXT;

-- An approval is recorded first and acted on after: acted_at is null until all of it was done.
ALTER TABLE approval_request ADD COLUMN commit_sha TEXT;
ALTER TABLE approval_request ADD COLUMN acted_at TEXT;
ALTER TABLE approval_request ADD COLUMN outcome TEXT;
CREATE INDEX approval_request_pending ON approval_request (run_id) WHERE status = 'pending';

-- What a person says about a line of the diff; sent with the execution that was told it.
CREATE TABLE diff_comment (
  id TEXT PRIMARY KEY NOT NULL,
  assignment_id TEXT NOT NULL REFERENCES card_assignment (id) ON DELETE CASCADE,
  execution_id TEXT REFERENCES agent_execution (id) ON DELETE CASCADE,
  commit_sha TEXT NOT NULL,
  path TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('old', 'new')),
  line INTEGER NOT NULL,
  quoted TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX diff_comment_by_assignment ON diff_comment (assignment_id, created_at);
CREATE INDEX diff_comment_by_execution ON diff_comment (execution_id, created_at);

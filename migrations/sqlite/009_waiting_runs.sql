-- How many runs need a person is told on every screen, so it is counted without looking at the rest.
CREATE INDEX orchestration_run_stopped ON orchestration_run (project_id, created_at)
  WHERE status IN ('blocked', 'failed');
CREATE INDEX card_assignment_blocked ON card_assignment (run_id)
  WHERE status = 'blocked';

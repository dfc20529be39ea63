-- What a card is told beyond its knowledge: a question keeps its answer, an activity says what it
-- is for. And search: every text of a plan in one full-text index, kept by triggers.

ALTER TABLE card_question ADD COLUMN answer TEXT;
ALTER TABLE workflow_activity ADD COLUMN description TEXT;

-- Ids here are text and the index goes by integers, so each thing that can be found has one. Its
-- project stands beside it, so that a search of one project need not climb up from every match.
--
-- Triggers note what is waiting to be indexed, and the adapter has all of it indexed when a
-- transaction ends: within a trigger, FTS5 writes out what it has with every statement, which takes
-- ten times as long.
CREATE TABLE search_document (
  id INTEGER PRIMARY KEY NOT NULL,
  entity_type TEXT NOT NULL CHECK (entity_type IN (
    'project', 'workflow', 'activity', 'card', 'requirement', 'known_fact', 'assumption',
    'question', 'planned_file', 'context_artifact'
  )),
  entity_id TEXT NOT NULL,
  project_id TEXT,
  is_waiting INTEGER NOT NULL DEFAULT 1,
  UNIQUE (entity_type, entity_id)
);

CREATE INDEX search_waiting ON search_document (entity_type, id) WHERE is_waiting = 1;

-- What the index holds, read from where it is kept: the texts are stored once.
CREATE VIEW search_content (id, is_waiting, title, body) AS
SELECT document.id, document.is_waiting, project.name, coalesce(project.description, '')
FROM search_document AS document JOIN project ON project.id = document.entity_id
WHERE document.entity_type = 'project'
UNION ALL
SELECT document.id, document.is_waiting, workflow.title, coalesce(workflow.description, '')
FROM search_document AS document JOIN workflow ON workflow.id = document.entity_id
WHERE document.entity_type = 'workflow'
UNION ALL
SELECT document.id, document.is_waiting, workflow_activity.title,
  coalesce(workflow_activity.description, '')
FROM search_document AS document JOIN workflow_activity ON workflow_activity.id = document.entity_id
WHERE document.entity_type = 'activity'
UNION ALL
SELECT document.id, document.is_waiting, card.title,
  coalesce(card.description, '') || char(10) || coalesce(card.quick_answer, '')
FROM search_document AS document JOIN card ON card.id = document.entity_id
WHERE document.entity_type = 'card'
UNION ALL
SELECT document.id, document.is_waiting, card_requirement.text, ''
FROM search_document AS document JOIN card_requirement ON card_requirement.id = document.entity_id
WHERE document.entity_type = 'requirement'
UNION ALL
SELECT document.id, document.is_waiting, card_known_fact.text,
  coalesce(card_known_fact.evidence_source, '')
FROM search_document AS document JOIN card_known_fact ON card_known_fact.id = document.entity_id
WHERE document.entity_type = 'known_fact'
UNION ALL
SELECT document.id, document.is_waiting, card_assumption.text, ''
FROM search_document AS document JOIN card_assumption ON card_assumption.id = document.entity_id
WHERE document.entity_type = 'assumption'
UNION ALL
SELECT document.id, document.is_waiting, card_question.text, coalesce(card_question.answer, '')
FROM search_document AS document JOIN card_question ON card_question.id = document.entity_id
WHERE document.entity_type = 'question'
UNION ALL
SELECT document.id, document.is_waiting, card_planned_file.logical_file_name,
  card_planned_file.intent_summary
    || char(10) || coalesce(card_planned_file.contract_notes, '')
    || char(10) || coalesce(card_planned_file.module_hint, '')
FROM search_document AS document JOIN card_planned_file ON card_planned_file.id = document.entity_id
WHERE document.entity_type = 'planned_file'
UNION ALL
SELECT document.id, document.is_waiting, context_artifact.name,
  coalesce(context_artifact.title, '')
    || char(10) || coalesce(context_artifact.content, '')
    || char(10) || coalesce(context_artifact.uri, '')
FROM search_document AS document JOIN context_artifact ON context_artifact.id = document.entity_id
WHERE document.entity_type = 'context_artifact';

CREATE VIRTUAL TABLE search_index USING fts5 (
  title, body, content = 'search_content', content_rowid = 'id',
  tokenize = 'unicode61 remove_diacritics 2'
);
-- A word in a title says more than one in a body.
INSERT INTO search_index (search_index, rank) VALUES ('rank', 'bm25(8.0, 1.0)');

INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'project', project.id, project.id
FROM project ORDER BY project.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'workflow', workflow.id, workflow.project_id
FROM workflow ORDER BY workflow.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'activity', workflow_activity.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'workflow' AND above.entity_id = workflow_activity.workflow_id
)
FROM workflow_activity ORDER BY workflow_activity.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'card', card.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'activity' AND above.entity_id = card.workflow_activity_id
)
FROM card ORDER BY card.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'requirement', card_requirement.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'card' AND above.entity_id = card_requirement.card_id
)
FROM card_requirement ORDER BY card_requirement.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'known_fact', card_known_fact.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'card' AND above.entity_id = card_known_fact.card_id
)
FROM card_known_fact ORDER BY card_known_fact.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'assumption', card_assumption.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'card' AND above.entity_id = card_assumption.card_id
)
FROM card_assumption ORDER BY card_assumption.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'question', card_question.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'card' AND above.entity_id = card_question.card_id
)
FROM card_question ORDER BY card_question.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'planned_file', card_planned_file.id, (
  SELECT above.project_id FROM search_document AS above
  WHERE above.entity_type = 'card' AND above.entity_id = card_planned_file.card_id
)
FROM card_planned_file ORDER BY card_planned_file.rowid;
INSERT INTO search_document (entity_type, entity_id, project_id)
SELECT 'context_artifact', context_artifact.id, context_artifact.project_id
FROM context_artifact ORDER BY context_artifact.rowid;
INSERT INTO search_index (search_index) VALUES ('rebuild');
UPDATE search_document SET is_waiting = 0;

-- From here on the triggers keep it. A change that leaves the texts as they are (a position, a
-- status) leaves the index alone; taking something out needs what was put in.

CREATE TRIGGER project_is_found AFTER INSERT ON project
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('project', NEW.id, NEW.id);
END;

CREATE TRIGGER project_is_found_anew AFTER UPDATE OF name, description ON project
WHEN OLD.name IS NOT NEW.name OR OLD.description IS NOT NEW.description
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.name, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'project' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'project' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER project_is_lost AFTER DELETE ON project
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.name, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'project' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'project' AND entity_id = OLD.id;
END;

CREATE TRIGGER workflow_is_found AFTER INSERT ON workflow
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('workflow', NEW.id, NEW.project_id);
END;

CREATE TRIGGER workflow_is_found_anew AFTER UPDATE OF title, description ON workflow
WHEN OLD.title IS NOT NEW.title OR OLD.description IS NOT NEW.description
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'workflow' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'workflow' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER workflow_is_lost AFTER DELETE ON workflow
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'workflow' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'workflow' AND entity_id = OLD.id;
END;

CREATE TRIGGER workflow_activity_is_found AFTER INSERT ON workflow_activity
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('activity', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'workflow' AND entity_id = NEW.workflow_id
  ));
END;

CREATE TRIGGER workflow_activity_is_found_anew
AFTER UPDATE OF title, description ON workflow_activity
WHEN OLD.title IS NOT NEW.title OR OLD.description IS NOT NEW.description
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'activity' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'activity' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER workflow_activity_is_lost AFTER DELETE ON workflow_activity
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title, coalesce(OLD.description, '')
  FROM search_document
  WHERE entity_type = 'activity' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'activity' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_is_found AFTER INSERT ON card
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('card', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'activity' AND entity_id = NEW.workflow_activity_id
  ));
END;

CREATE TRIGGER card_is_found_anew AFTER UPDATE OF title, description, quick_answer ON card
WHEN OLD.title IS NOT NEW.title
  OR OLD.description IS NOT NEW.description
  OR OLD.quick_answer IS NOT NEW.quick_answer
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title,
    coalesce(OLD.description, '') || char(10) || coalesce(OLD.quick_answer, '')
  FROM search_document
  WHERE entity_type = 'card' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'card' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_is_lost AFTER DELETE ON card
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.title,
    coalesce(OLD.description, '') || char(10) || coalesce(OLD.quick_answer, '')
  FROM search_document
  WHERE entity_type = 'card' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'card' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_requirement_is_found AFTER INSERT ON card_requirement
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('requirement', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'card' AND entity_id = NEW.card_id
  ));
END;

CREATE TRIGGER card_requirement_is_found_anew AFTER UPDATE OF text ON card_requirement
WHEN OLD.text IS NOT NEW.text
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, ''
  FROM search_document
  WHERE entity_type = 'requirement' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'requirement' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_requirement_is_lost AFTER DELETE ON card_requirement
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, ''
  FROM search_document
  WHERE entity_type = 'requirement' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'requirement' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_known_fact_is_found AFTER INSERT ON card_known_fact
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('known_fact', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'card' AND entity_id = NEW.card_id
  ));
END;

CREATE TRIGGER card_known_fact_is_found_anew
AFTER UPDATE OF text, evidence_source ON card_known_fact
WHEN OLD.text IS NOT NEW.text OR OLD.evidence_source IS NOT NEW.evidence_source
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, coalesce(OLD.evidence_source, '')
  FROM search_document
  WHERE entity_type = 'known_fact' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'known_fact' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_known_fact_is_lost AFTER DELETE ON card_known_fact
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, coalesce(OLD.evidence_source, '')
  FROM search_document
  WHERE entity_type = 'known_fact' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'known_fact' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_assumption_is_found AFTER INSERT ON card_assumption
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('assumption', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'card' AND entity_id = NEW.card_id
  ));
END;

CREATE TRIGGER card_assumption_is_found_anew AFTER UPDATE OF text ON card_assumption
WHEN OLD.text IS NOT NEW.text
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, ''
  FROM search_document
  WHERE entity_type = 'assumption' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'assumption' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_assumption_is_lost AFTER DELETE ON card_assumption
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, ''
  FROM search_document
  WHERE entity_type = 'assumption' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'assumption' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_question_is_found AFTER INSERT ON card_question
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('question', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'card' AND entity_id = NEW.card_id
  ));
END;

CREATE TRIGGER card_question_is_found_anew AFTER UPDATE OF text, answer ON card_question
WHEN OLD.text IS NOT NEW.text OR OLD.answer IS NOT NEW.answer
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, coalesce(OLD.answer, '')
  FROM search_document
  WHERE entity_type = 'question' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'question' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_question_is_lost AFTER DELETE ON card_question
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.text, coalesce(OLD.answer, '')
  FROM search_document
  WHERE entity_type = 'question' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'question' AND entity_id = OLD.id;
END;

CREATE TRIGGER card_planned_file_is_found AFTER INSERT ON card_planned_file
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('planned_file', NEW.id, (
    SELECT project_id FROM search_document
    WHERE entity_type = 'card' AND entity_id = NEW.card_id
  ));
END;

CREATE TRIGGER card_planned_file_is_found_anew
AFTER UPDATE OF logical_file_name, intent_summary, contract_notes, module_hint ON card_planned_file
WHEN OLD.logical_file_name IS NOT NEW.logical_file_name
  OR OLD.intent_summary IS NOT NEW.intent_summary
  OR OLD.contract_notes IS NOT NEW.contract_notes
  OR OLD.module_hint IS NOT NEW.module_hint
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.logical_file_name,
    OLD.intent_summary
      || char(10) || coalesce(OLD.contract_notes, '')
      || char(10) || coalesce(OLD.module_hint, '')
  FROM search_document
  WHERE entity_type = 'planned_file' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'planned_file' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER card_planned_file_is_lost AFTER DELETE ON card_planned_file
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.logical_file_name,
    OLD.intent_summary
      || char(10) || coalesce(OLD.contract_notes, '')
      || char(10) || coalesce(OLD.module_hint, '')
  FROM search_document
  WHERE entity_type = 'planned_file' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'planned_file' AND entity_id = OLD.id;
END;

CREATE TRIGGER context_artifact_is_found AFTER INSERT ON context_artifact
BEGIN
  INSERT INTO search_document (entity_type, entity_id, project_id)
  VALUES ('context_artifact', NEW.id, NEW.project_id);
END;

CREATE TRIGGER context_artifact_is_found_anew
AFTER UPDATE OF name, title, content, uri ON context_artifact
WHEN OLD.name IS NOT NEW.name
  OR OLD.title IS NOT NEW.title
  OR OLD.content IS NOT NEW.content
  OR OLD.uri IS NOT NEW.uri
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.name,
    coalesce(OLD.title, '')
      || char(10) || coalesce(OLD.content, '')
      || char(10) || coalesce(OLD.uri, '')
  FROM search_document
  WHERE entity_type = 'context_artifact' AND entity_id = OLD.id AND is_waiting = 0;
  UPDATE search_document SET is_waiting = 1
  WHERE entity_type = 'context_artifact' AND entity_id = OLD.id AND is_waiting = 0;
END;

CREATE TRIGGER context_artifact_is_lost AFTER DELETE ON context_artifact
BEGIN
  INSERT INTO search_index (search_index, rowid, title, body)
  SELECT 'delete', id, OLD.name,
    coalesce(OLD.title, '')
      || char(10) || coalesce(OLD.content, '')
      || char(10) || coalesce(OLD.uri, '')
  FROM search_document
  WHERE entity_type = 'context_artifact' AND entity_id = OLD.id AND is_waiting = 0;
  DELETE FROM search_document WHERE entity_type = 'context_artifact' AND entity_id = OLD.id;
END;

-- What was learned, what it is about, and what was looked up. A relation names its
-- entity by kind and id, without a foreign key: memory outlives what it is about.

CREATE TABLE memory_unit (
  id TEXT PRIMARY KEY NOT NULL,
  content_type TEXT NOT NULL CHECK (content_type IN ('inline', 'link')),
  mime_type TEXT,
  title TEXT,
  content_text TEXT,
  link_url TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'approved', 'rejected')),
  embedding_ref TEXT NOT NULL,
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT "an inline memory unit needs content_text"
    CHECK (content_type <> 'inline' OR content_text IS NOT NULL),
  CONSTRAINT "a linked memory unit needs link_url"
    CHECK (content_type <> 'link' OR link_url IS NOT NULL)
);
CREATE INDEX memory_unit_by_update ON memory_unit (updated_at, id);

CREATE TABLE memory_unit_relation (
  memory_unit_id TEXT NOT NULL REFERENCES memory_unit (id) ON DELETE CASCADE,
  entity_type TEXT NOT NULL
    CHECK (entity_type IN ('project', 'workflow', 'activity', 'step', 'card', 'schema')),
  entity_id TEXT NOT NULL,
  relation_role TEXT CHECK (relation_role IN ('source', 'supports', 'constrains')),
  PRIMARY KEY (memory_unit_id, entity_type, entity_id)
);
CREATE INDEX memory_unit_relation_by_entity ON memory_unit_relation (entity_type, entity_id);

CREATE TABLE memory_retrieval_log (
  id TEXT PRIMARY KEY NOT NULL,
  query_text TEXT NOT NULL,
  scope_entity_type TEXT NOT NULL
    CHECK (scope_entity_type IN ('project', 'workflow', 'activity', 'step', 'card', 'schema')),
  scope_entity_id TEXT NOT NULL,
  result_memory_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(result_memory_ids)),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX memory_retrieval_log_by_scope
  ON memory_retrieval_log (scope_entity_type, scope_entity_id, created_at);
CREATE INDEX memory_retrieval_log_by_time ON memory_retrieval_log (created_at, id);

-- A stage is entered once, by whichever definition came first; quality is asked of each definition. Hence a row for
-- every time a definition was met, also where another one held the route already.
CREATE TABLE IF NOT EXISTS qualifications_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    route LowCardinality(String) COMMENT 'mql, pql or cql',
    definition LowCardinality(String) COMMENT 'Definition that was met',
    version UInt32 COMMENT 'Version of the definition',
    definition_hash LowCardinality(String) COMMENT 'Hash of the definition',
    met_at DateTime64(3, 'UTC') COMMENT 'Instant of the event that met it',
    entered Bool COMMENT 'It opened the route; false: the unit held the route already',
    score Float64 COMMENT 'Lead score of the unit at that instant',
    reason String COMMENT 'Why, in words',
    evidence_event_ids Array(String) COMMENT 'Events that prove it',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, met_at, definition)
COMMENT 'Every time a unit met a definition of qualification: all kept runs';

CREATE VIEW IF NOT EXISTS qualifications AS
SELECT * FROM qualifications_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Every time a unit met a definition of qualification';

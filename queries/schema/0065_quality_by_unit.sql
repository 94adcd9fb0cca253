-- What the quality of definitions is measured on, unit by unit: a run looks at the events of changed units alone.
CREATE TABLE IF NOT EXISTS flags_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    definition LowCardinality(String) COMMENT 'Definition that the unit met',
    version UInt32 COMMENT 'Version of the definition',
    definition_hash LowCardinality(String) COMMENT 'Hash of the definition',
    route LowCardinality(String) COMMENT 'mql, pql or cql',
    met_at DateTime64(3, 'UTC') COMMENT 'First instant at which the unit met it',
    score Float64 COMMENT 'Lead score at that instant',
    latest_evidence Nullable(DateTime64(3, 'UTC')) COMMENT 'Latest of the events named as evidence, as the events say; later than met_at is a leak. NULL where none was found'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id)
COMMENT 'The first time that each unit met each definition: all kept runs';

CREATE OR REPLACE VIEW flags_at AS
SELECT * FROM flags_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'The first time that each unit met each definition: what a given run says';

CREATE OR REPLACE VIEW flags AS
SELECT * FROM flags_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'The first time that each unit met each definition';

CREATE TABLE IF NOT EXISTS early_behaviours_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    meaning LowCardinality(String) COMMENT 'What the unit did, by meaning',
    feature LowCardinality(String) COMMENT 'Feature it used; empty for other meanings',
    times_1 UInt64 COMMENT 'How often within a day of becoming a lead',
    times_3 UInt64 COMMENT 'Within 3 days',
    times_7 UInt64 COMMENT 'Within 7 days',
    times_14 UInt64 COMMENT 'Within 14 days'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id)
COMMENT 'What each lead did by itself at first: all kept runs';

CREATE OR REPLACE VIEW early_behaviours_at AS
SELECT * FROM early_behaviours_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'What each lead did by itself at first: what a given run says';

CREATE OR REPLACE VIEW early_behaviours AS
SELECT * FROM early_behaviours_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'What each lead did by itself at first';

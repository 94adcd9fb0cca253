-- Sign-ups and events with a value: what conversions and their money are found in. They are one event in some thirty, a few in
-- every stretch of person_events_by_run, so that to look for them there is to read most of it, once for people and once for
-- accounts.
CREATE TABLE IF NOT EXISTS conversion_events_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    person_id String COMMENT 'Resolved person; empty when the event names no one',
    account_id String COMMENT 'Account of the event',
    event_ts DateTime64(3, 'UTC') COMMENT 'When it happened' CODEC(Delta, ZSTD(1)),
    source LowCardinality(String) COMMENT 'Source definition',
    event_id String COMMENT 'Event',
    meaning LowCardinality(String) COMMENT 'What it means',
    value Decimal(18, 4) COMMENT 'Its value',
    currency LowCardinality(String) COMMENT 'Currency of the value'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id, event_ts, source, event_id)
COMMENT 'Sign-ups and events with a value: all kept runs';

CREATE OR REPLACE VIEW conversion_events_at AS
SELECT * FROM conversion_events_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Sign-ups and events with a value: what a given run says';

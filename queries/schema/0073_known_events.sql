-- Of the events that came since the run before, those that it had read, in this receipt or another. To find them, every event
-- there is must be looked at; so a run does it once, and its statements read it here.
CREATE TABLE IF NOT EXISTS known_events_by_run
(
    run_id UInt64 COMMENT 'Run that found it',
    source LowCardinality(String) COMMENT 'Source definition',
    event_id String COMMENT 'Event',
    person_id String COMMENT 'Whose it was',
    ingested_at DateTime64(3, 'UTC') COMMENT 'When the receipt that was read was inserted'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (source, event_id)
COMMENT 'Events that came again, as the run before had read them, while a run is at work';

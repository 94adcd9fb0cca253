-- What is no visit is left out of the touchpoints, and counted here: a figure that shrinks must say by what.
CREATE TABLE IF NOT EXISTS excluded_touches_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    touch_id String COMMENT 'Event id of the first event of the session or contact',
    person_id String COMMENT 'Person',
    touch_ts DateTime64(3, 'UTC') COMMENT 'Start',
    reason LowCardinality(String) COMMENT 'bot: a program read the page; internal: a page or a browser of our own',
    source LowCardinality(String) COMMENT 'Source definition of the first event',
    user_agent LowCardinality(String) COMMENT 'What read the page',
    events UInt32 COMMENT 'Events of the session'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id, touch_ts, touch_id)
COMMENT 'Sessions and contacts of programs and of ourselves, which are no touchpoints: all kept runs';

CREATE OR REPLACE VIEW excluded_touches AS
SELECT * FROM excluded_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Sessions and contacts of programs and of ourselves, which are no touchpoints';

-- A run's rows become visible all at once: every mart below is partitioned by run_id and read through a view that shows
-- the published run only. Inserting the 'published' row is the switch.
CREATE TABLE IF NOT EXISTS runs
(
    run_id          UInt64 COMMENT 'Number of the run, rising',
    token           String COMMENT 'Random token of the process; breaks the tie when two processes start the same number',
    status          LowCardinality(String) COMMENT 'running, published or failed',
    host            String COMMENT 'Host and process',
    parameters      String COMMENT 'Settings of the run as JSON: windows, models, policies',
    definition_hash String COMMENT 'Hash of definitions and settings',
    version         String COMMENT 'funnelcloud version',
    events_until    DateTime64(3, 'UTC') COMMENT 'Watermark: events ingested up to here were read',
    observed_until  DateTime64(3, 'UTC') COMMENT 'End of observation: the latest event time read; younger journeys are censored',
    events          UInt64 COMMENT 'Deduplicated events read',
    error           String COMMENT 'Why it failed; empty otherwise',
    started_at      DateTime64(3, 'UTC') COMMENT 'Start',
    updated_at      DateTime64(3, 'UTC') COMMENT 'Heartbeat, then end',
    seconds         Float64 COMMENT 'Seconds so far'
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (run_id, token)
COMMENT 'One row per batch run; read with FINAL';

CREATE VIEW IF NOT EXISTS published_run AS
SELECT max(run_id) AS run_id FROM runs FINAL WHERE status = 'published'
COMMENT 'The run that readers see; 0 when there is none';

CREATE TABLE IF NOT EXISTS run_steps
(
    run_id      UInt64 COMMENT 'Run',
    position    UInt32 COMMENT 'Order of the step in the run, from 1',
    step        LowCardinality(String) COMMENT 'Name of the step',
    rows_in     UInt64 COMMENT 'Rows read by the step',
    rows_out    UInt64 COMMENT 'Rows written by the step',
    seconds     Float64 COMMENT 'Seconds the step took',
    finished_at DateTime64(3, 'UTC') COMMENT 'End of the step'
)
ENGINE = MergeTree
ORDER BY (run_id, position)
COMMENT 'Steps of the batch runs, with rows and seconds';

CREATE TABLE IF NOT EXISTS check_results
(
    run_id     UInt64 COMMENT 'Run that was checked',
    check      LowCardinality(String) COMMENT 'Name of the check, which is its file under queries/checks',
    violations UInt64 COMMENT 'Rows that break the rule; 0 is a pass',
    example    String COMMENT 'One violating row as JSON; empty on a pass',
    checked_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = ReplacingMergeTree(checked_at)
ORDER BY (run_id, check)
COMMENT 'Results of the data checks per run; read with FINAL';

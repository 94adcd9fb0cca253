CREATE TABLE IF NOT EXISTS funnel_steps_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    funnel LowCardinality(String) COMMENT 'Saved funnel',
    breakdown String COMMENT 'Values that the funnel is broken down by, joined by ", "; empty: all units',
    position UInt32 COMMENT 'Place of the step, from 1',
    step String COMMENT 'Name of the step',
    optional Bool COMMENT 'Whether it may be left out',
    units UInt64 COMMENT 'Units that took it; attempts, where every entry counts',
    of_first Float64 COMMENT 'Share of those that entered',
    of_previous Float64 COMMENT 'Share of those that took the required step before',
    mean_seconds Float64 COMMENT 'Mean time from the step taken before',
    median_seconds Float64 COMMENT 'Median of it',
    p90_seconds Float64 COMMENT '90th percentile of it',
    total_median_seconds Float64 COMMENT 'Median time from the first step',
    total_p90_seconds Float64 COMMENT '90th percentile of it',
    dropped UInt64 COMMENT 'Units that took no further step though required ones were to come',
    dropped_units Array(String) COMMENT 'Some of them, the first by name'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, funnel, breakdown, position)
COMMENT 'Saved funnels, step by step: all kept runs';

CREATE VIEW IF NOT EXISTS funnel_steps AS
SELECT * FROM funnel_steps_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Saved funnels, step by step';

CREATE TABLE IF NOT EXISTS funnel_cohorts_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    funnel LowCardinality(String) COMMENT 'Saved funnel',
    breakdown String COMMENT 'Values that the funnel is broken down by; empty: all units',
    cohort_start DateTime64(3, 'UTC') COMMENT 'Beginning of the day, week or month of entry',
    position UInt32 COMMENT 'Place of the step, from 1',
    step String COMMENT 'Name of the step',
    units UInt64 COMMENT 'Units of the cohort that took it'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, funnel, breakdown, cohort_start, position)
COMMENT 'Saved funnels by period of entry: all kept runs';

CREATE VIEW IF NOT EXISTS funnel_cohorts AS
SELECT * FROM funnel_cohorts_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Saved funnels by period of entry';

-- Fit and engagement apart, as a matrix of bands gives one grade. A unit without a row in the score ledger has none.
CREATE TABLE IF NOT EXISTS grades_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    grade LowCardinality(String) COMMENT 'Grade, from the matrix of the lead score',
    fit_band LowCardinality(String) COMMENT 'Band of fit: the row of the matrix',
    engagement_band LowCardinality(String) COMMENT 'Band of engagement: the column of the matrix',
    fit Float64 COMMENT 'Fit at the entry, 0 to 100',
    engagement Float64 COMMENT 'Engagement at the entry',
    entered_at DateTime64(3, 'UTC') COMMENT 'Instant of the event, or of decay between events, that led to the grade',
    left_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Instant it was left; NULL while it holds',
    definition LowCardinality(String) COMMENT 'Lead score that the bands belong to',
    definition_hash LowCardinality(String) COMMENT 'Hash of that definition',
    event_id String COMMENT 'Event that led to the grade; empty where decay did',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, entered_at)
COMMENT 'Grades of units over time, by fit and engagement: all kept runs';

CREATE VIEW IF NOT EXISTS grades AS
SELECT * FROM grades_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Grades of units over time, by fit and engagement';

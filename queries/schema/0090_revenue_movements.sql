-- What a unit pays by the month for all its subscriptions, and what changed it: a plan that takes another's place is one
-- change of worth, whenever the end of the old one is told.
CREATE TABLE IF NOT EXISTS revenue_movements_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    moved_at DateTime64(3, 'UTC') COMMENT 'Instant of the event that changed what is paid',
    movement LowCardinality(String) COMMENT 'new, reactivation, found (it had begun before the events do), expansion, contraction, switch (another plan for the same, or not to be compared) or churn',
    monthly_before Decimal(18, 4) COMMENT 'Worth of all subscriptions by the month before; 0 where there was none or it is not known',
    monthly_after Decimal(18, 4) COMMENT 'The same afterwards',
    currency LowCardinality(String) COMMENT 'Currency of both; empty when not known',
    known Bool COMMENT 'Both amounts are known, in one currency',
    event_id String COMMENT 'Event that changed it',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, moved_at)
COMMENT 'Changes of what units pay by the month: all kept runs';

CREATE VIEW IF NOT EXISTS revenue_movements_at AS
SELECT * FROM revenue_movements_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Changes of what units pay by the month: what a given run says';

CREATE VIEW IF NOT EXISTS revenue_movements AS
SELECT * FROM revenue_movements_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Changes of what units pay by the month';

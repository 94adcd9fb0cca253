-- Deals with sales, by unit: what is open, of prospects and of customers, and what was expected of those that ended.
CREATE TABLE IF NOT EXISTS deals_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    deal String COMMENT 'Deal as its events name it; empty where they name none',
    sort LowCardinality(String) COMMENT 'Sort that the CRM gives it (renewal, new business), in lower case; empty where it gives none',
    began_at DateTime64(3, 'UTC') COMMENT 'Instant it was created',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Instant it was won or lost; NULL while open',
    outcome LowCardinality(String) COMMENT 'open, won or lost',
    expected Decimal(18, 4) COMMENT 'Amount expected, as its creation told last; 0 where not told',
    closed Decimal(18, 4) COMMENT 'Amount won; 0 unless won',
    currency LowCardinality(String) COMMENT 'Currency of both; empty when not told',
    of_customer Bool COMMENT 'Another deal than the purchase that made the unit a customer: it may expand or renew',
    began_event_id String COMMENT 'Event that created it',
    ended_event_id String COMMENT 'Event that ended it; empty while open',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, began_at)
COMMENT 'Deals of units: all kept runs';

CREATE VIEW IF NOT EXISTS deals_at AS
SELECT * FROM deals_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Deals of units: what a given run says';

CREATE VIEW IF NOT EXISTS deals AS
SELECT * FROM deals_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Deals of units';

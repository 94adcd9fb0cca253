CREATE TABLE IF NOT EXISTS conversions_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    conversion_id String COMMENT 'unit_kind:conversion_type:unit_id:cycle_no',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    conversion_type LowCardinality(String) COMMENT 'Stage or event converted to: signed_up, pql, mql, cql, sql, won, …',
    cycle_no UInt32 COMMENT '1 for the first conversion of the unit of this type, 2, …',
    converted_at DateTime64(3, 'UTC') COMMENT 'When',
    value Decimal(18, 4) COMMENT 'Money; 0 when it has none',
    currency LowCardinality(String) COMMENT 'Currency; empty when it has none',
    event_id String COMMENT 'Event that made it so',
    unattributed_reason LowCardinality(String) COMMENT 'Why no touch gets credit: no_touch_in_window, direct_only, identity_unresolved, …; empty when credited'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, conversion_type, unit_id, converted_at)
COMMENT 'Conversions: what credit is given for: all kept runs';

CREATE VIEW IF NOT EXISTS conversions AS
SELECT * FROM conversions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Conversions: what credit is given for';

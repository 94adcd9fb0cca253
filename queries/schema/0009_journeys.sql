CREATE TABLE IF NOT EXISTS journeys_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    journey_id String COMMENT 'conversion_id, or unit_kind:conversion_type:unit_id:open',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    conversion_type LowCardinality(String) COMMENT 'Conversion looked for',
    outcome LowCardinality(String) COMMENT 'converted, not_converted or censored',
    started_at DateTime64(3, 'UTC') COMMENT 'First touch',
    ended_at DateTime64(3, 'UTC') COMMENT 'Conversion, else last touch',
    value Decimal(18, 4) COMMENT 'Value of the conversion',
    touch_ids Array(String) COMMENT 'Touches in order',
    channels Array(String) COMMENT 'Channel of each touch in order',
    person_ids Array(String) COMMENT 'Person of each touch',
    days_to_convert Float64 COMMENT 'Days from the first touch to the conversion; 0 when there was none'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, conversion_type, unit_id, journey_id)
COMMENT 'Touches of a unit before a conversion, or with no conversion after them: all kept runs';

CREATE VIEW IF NOT EXISTS journeys AS
SELECT * FROM journeys_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Touches of a unit before a conversion, or with no conversion after them';

-- Read by model, conversion type and channel far more often than by conversion.
CREATE TABLE IF NOT EXISTS attribution_ledger_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    conversion_id String COMMENT 'Conversion',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    conversion_type LowCardinality(String) COMMENT 'Type of conversion',
    converted_at DateTime64(3, 'UTC') COMMENT 'When it converted',
    model LowCardinality(String) COMMENT 'Attribution model',
    model_version LowCardinality(String) COMMENT 'Version of the model and its settings',
    touch_id String COMMENT 'Touch, an event id; empty on unattributed rows',
    touch_ts Nullable(DateTime64(3, 'UTC')) COMMENT 'When the touch was; NULL on unattributed rows',
    person_id String COMMENT 'Person who was touched',
    channel LowCardinality(String) COMMENT 'Channel of the touch, or (unattributed)',
    utm_source LowCardinality(String) COMMENT 'Source',
    utm_medium LowCardinality(String) COMMENT 'Medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign',
    landing_page String COMMENT 'Landing page',
    position UInt32 COMMENT 'Position of the touch in the journey, from 1; 0 on unattributed rows',
    touches UInt32 COMMENT 'Touches of the journey after the direct policy',
    weight Float64 COMMENT 'Share of the conversion; weights of a conversion and model sum to 1',
    credited_value Decimal(18, 4) COMMENT 'Share of the value; sums to the conversions value exactly',
    rule LowCardinality(String) COMMENT 'Which rule of the model gave the weight'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (model, conversion_type, unit_kind, channel, conversion_id, position)
COMMENT 'Credit: for each conversion and model, which touch gets how much: all kept runs';

CREATE VIEW IF NOT EXISTS attribution_ledger AS
SELECT * FROM attribution_ledger_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Credit: for each conversion and model, which touch gets how much';

CREATE TABLE IF NOT EXISTS attribution_effects_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    conversion_type LowCardinality(String) COMMENT 'Type of conversion',
    model LowCardinality(String) COMMENT 'Attribution model',
    channel LowCardinality(String) COMMENT 'Channel',
    journeys UInt64 COMMENT 'Journeys that hold the channel',
    converted UInt64 COMMENT 'Converted journeys that hold it',
    removal_effect Float64 COMMENT 'Share of conversions lost when the channel is removed (Markov); 0 for other models',
    share Float64 COMMENT 'Share of credited conversions',
    low Float64 COMMENT 'Lower end of the 95 % interval of the share',
    high Float64 COMMENT 'Upper end'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (model, conversion_type, unit_kind, channel)
COMMENT 'What a model says of each channel beyond the credit: all kept runs';

CREATE VIEW IF NOT EXISTS attribution_effects AS
SELECT * FROM attribution_effects_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What a model says of each channel beyond the credit';

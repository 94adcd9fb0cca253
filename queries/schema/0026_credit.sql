-- Credit, stored once and in two parts.
--
-- What a rule gives a touch depends on the touch's own journey alone. It stands with the touch, one row a touch and all
-- rules in arrays: ten models are one row, not ten. Rows of a unit change only when the unit does.
--
-- What a data-driven model gives depends on everybody's journeys, so every run fits it anew; but it depends on the path
-- alone. It is stored once a path, and the ledger is the join of the two.
--
-- Ordered by unit: a unit's rows are read and replaced together.
CREATE TABLE IF NOT EXISTS credited_touches_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    conversion_id String COMMENT 'Conversion',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    conversion_type LowCardinality(String) COMMENT 'Type of conversion',
    converted_at DateTime64(3, 'UTC') COMMENT 'When it converted' CODEC(Delta, ZSTD(1)),
    value Decimal(18, 4) COMMENT 'Value of the whole conversion',
    currency LowCardinality(String) COMMENT 'Its currency; empty when it has no value',
    touch_id String COMMENT 'Touch, an event id; empty when the conversion is unattributed',
    touch_ts Nullable(DateTime64(3, 'UTC')) COMMENT 'When the touch was; NULL when unattributed',
    person_id String COMMENT 'Person who was touched',
    channel LowCardinality(String) COMMENT 'What is credited: the channel, or another dimension that the run was told; (unattributed) when nothing is',
    utm_source LowCardinality(String) COMMENT 'Source',
    utm_medium LowCardinality(String) COMMENT 'Medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign',
    landing_page String COMMENT 'Landing page',
    position UInt32 COMMENT 'Position of the touch in the journey, from 1; 0 when unattributed',
    touches UInt32 COMMENT 'Touches of the journey after the direct policy',
    path_key UInt64 COMMENT 'Hash of the channels of the journey in order; 0 when unattributed',
    journey_key UInt64 COMMENT 'Hash of the conversion_id',
    reason LowCardinality(String) COMMENT 'Why the conversion is unattributed; empty otherwise',
    model Array(LowCardinality(String)) COMMENT 'Rule-based models that give the touch something',
    model_version Array(LowCardinality(String)) COMMENT 'Version of each, with its settings',
    weight Array(Float64) COMMENT 'Share of the conversion by each',
    credited_value Array(Decimal(18, 4)) COMMENT 'Share of the value by each',
    rule Array(LowCardinality(String)) COMMENT 'Rule that gave it'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, conversion_type, unit_id, converted_at, conversion_id, position)
COMMENT 'Touches of converted journeys with the credit that each rule gives: all kept runs';

CREATE VIEW IF NOT EXISTS credited_touches AS
SELECT * FROM credited_touches_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Touches of converted journeys with the credit that each rule gives';

CREATE TABLE IF NOT EXISTS fitted_credit_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    conversion_type LowCardinality(String) COMMENT 'Type of conversion',
    model LowCardinality(String) COMMENT 'Data-driven model',
    model_version LowCardinality(String) COMMENT 'Version of the model and its settings',
    key UInt64 COMMENT 'path_key of the path, or journey_key where the model looks at more than the path; 0 holds the unattributed conversions',
    weights Array(Float64) COMMENT 'Weight of the touch at each position; with the baseline they sum to 1',
    baseline Float64 COMMENT 'Weight of what would have converted anyway; 0 for models that do not say',
    rule LowCardinality(String) COMMENT 'Rule that gave the weights'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, conversion_type, model, key)
COMMENT 'What data-driven models give the touches of a path: all kept runs';

CREATE VIEW IF NOT EXISTS fitted_credit AS
SELECT * FROM fitted_credit_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What data-driven models give the touches of a path';

DROP VIEW IF EXISTS attribution_ledger;

DROP TABLE IF EXISTS attribution_ledger_by_run;

-- A part of a value is what the weights up to its touch come to, rounded, less what those before it come to: parts of a
-- conversion sum to its value to the last digit. The baseline comes first, and the last touch takes what is left.
CREATE VIEW IF NOT EXISTS attribution_ledger AS
SELECT
    conversion_id, unit_kind, unit_id, conversion_type, converted_at, currency,
    a_model AS model, a_version AS model_version, touch_id, touch_ts, person_id, channel, utm_source, utm_medium,
    utm_campaign, landing_page, position, touches, a_weight AS weight, a_value AS credited_value, a_rule AS rule
FROM credited_touches
ARRAY JOIN model AS a_model, model_version AS a_version, weight AS a_weight, credited_value AS a_value, rule AS a_rule
UNION ALL
SELECT
    conversion_id, unit_kind, unit_id, conversion_type, converted_at, currency,
    model, model_version,
    if(of_baseline, '', touch_id) AS touch_id,
    if(of_baseline, NULL, touch_ts) AS touch_ts,
    if(of_baseline, '', person_id) AS person_id,
    if(of_baseline, '(baseline)', channel) AS channel,
    if(of_baseline, '', utm_source) AS utm_source,
    if(of_baseline, '', utm_medium) AS utm_medium,
    if(of_baseline, '', utm_campaign) AS utm_campaign,
    if(of_baseline, '', landing_page) AS landing_page,
    if(of_baseline, 0, position) AS position,
    touches,
    multiIf(of_baseline, baseline, position = 0, 1, weights[position]) AS weight,
    CAST((if(of_baseline, before, upto) - if(of_baseline, 0, before)) / 10000 AS Decimal(18, 4)) AS credited_value,
    if(position = 0 AND NOT of_baseline, reason, rule) AS rule
FROM
(
    SELECT
        t.conversion_id AS conversion_id, t.unit_kind AS unit_kind, t.unit_id AS unit_id, t.conversion_type AS conversion_type,
        t.converted_at AS converted_at, t.currency AS currency, f.model AS model, f.model_version AS model_version,
        t.touch_id AS touch_id, t.touch_ts AS touch_ts, t.person_id AS person_id, t.channel AS channel,
        t.utm_source AS utm_source, t.utm_medium AS utm_medium, t.utm_campaign AS utm_campaign, t.landing_page AS landing_page,
        t.position AS position, t.touches AS touches, t.reason AS reason, f.rule AS rule, f.weights AS weights, f.baseline AS baseline,
        toDecimal128(t.value, 4) * 10000 AS units,
        f.baseline + arraySum(arraySlice(f.weights, 1, greatest(t.position, 1) - 1)) AS share_before,
        f.baseline + arraySum(arraySlice(f.weights, 1, t.position)) AS share_upto,
        toDecimal128(floor(toFloat64(units) * share_before + 0.5), 4) AS before,
        if(t.position = t.touches, units, toDecimal128(floor(toFloat64(units) * share_upto + 0.5), 4)) AS upto,
        arrayJoin(if(t.position = 1 AND f.baseline > 0, [0, 1], [0])) AS of_baseline
    FROM credited_touches AS t
    INNER JOIN fitted_credit AS f
        ON (f.unit_kind = t.unit_kind AND f.conversion_type = t.conversion_type AND f.key = t.path_key)
        OR (f.unit_kind = t.unit_kind AND f.conversion_type = t.conversion_type AND f.key = t.journey_key)
)
WHERE weight != 0 OR credited_value != 0
COMMENT 'Credit: for each conversion and model, which touch gets how much';

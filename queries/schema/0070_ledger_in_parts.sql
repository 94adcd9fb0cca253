-- The same ledger, put together so that a question about one conversion, type or model reads that and no more. A condition
-- reaches the tables through ARRAY JOIN and through equalities; it stops at the function arrayJoin and at a join by either
-- of two keys, which is why a touch is looked up twice instead: once by its path, once by its journey.
CREATE OR REPLACE VIEW attribution_ledger_at AS
SELECT
    conversion_id, unit_kind, unit_id, conversion_type, converted_at, currency,
    a_model AS model, a_version AS model_version, touch_id, touch_ts, person_id, channel, utm_source, utm_medium,
    utm_campaign, landing_page, position, touches, a_weight AS weight, a_value AS credited_value, a_rule AS rule
FROM credited_touches_at(run = {run:UInt64})
ARRAY JOIN model AS a_model, model_version AS a_version, weight AS a_weight, credited_value AS a_value, rule AS a_rule
UNION ALL
SELECT
    conversion_id, unit_kind, unit_id, conversion_type, converted_at, currency, model, model_version,
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
        if(t.position = 1 AND f.baseline > 0, [0, 1], [0]) AS shares
    FROM (SELECT *, key FROM credited_touches_at(run = {run:UInt64}) ARRAY JOIN [path_key, journey_key] AS key) AS t
    INNER JOIN (SELECT * FROM fitted_credit_by_run WHERE run_id = {run:UInt64}) AS f ON f.unit_kind = t.unit_kind AND f.conversion_type = t.conversion_type AND f.key = t.key
)
ARRAY JOIN shares AS of_baseline
WHERE weight != 0 OR credited_value != 0
COMMENT 'Credit: for each conversion and model, which touch gets how much: what a given run that is kept says';

CREATE OR REPLACE VIEW attribution_ledger AS
SELECT * FROM attribution_ledger_at(run = (SELECT run_id FROM published_run))
COMMENT 'Credit: for each conversion and model, which touch gets how much';

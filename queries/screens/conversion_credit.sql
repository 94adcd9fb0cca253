-- The touches of one conversion with what each model gives them: a row for each touch and model, for each baseline at
-- position 0, and for each touch that no model gives anything one row without a model. A conversion without touches has a
-- row for each model, with the reason as the rule.
SELECT * FROM
(
    SELECT
        t.position AS position, t.touches AS touches, t.touch_ts AS touch_ts, toString(t.channel) AS channel, toString(t.utm_source) AS utm_source,
        toString(t.utm_medium) AS utm_medium, toString(t.utm_campaign) AS utm_campaign, t.landing_page AS landing_page, t.touch_id AS touch_id, t.person_id AS person_id,
        toString(l.model) AS model, toString(l.model_version) AS model_version, l.weight AS weight, toFloat64(l.credited_value) AS credited_value, toString(l.rule) AS rule
    FROM
    (
        SELECT DISTINCT position, touches, touch_ts, channel, utm_source, utm_medium, utm_campaign, landing_page, touch_id, person_id
        FROM credited_touches WHERE conversion_id = {conversion_id:String}
    ) AS t
    LEFT JOIN (SELECT * FROM attribution_ledger WHERE conversion_id = {conversion_id:String}) AS l ON l.position = t.position
    UNION ALL
    SELECT
        position, touches, touch_ts, toString(channel), '', '', '', '', '', '',
        toString(model), toString(model_version), weight, toFloat64(credited_value), toString(rule)
    FROM attribution_ledger
    WHERE conversion_id = {conversion_id:String} AND channel = '(baseline)'
)
ORDER BY position, model

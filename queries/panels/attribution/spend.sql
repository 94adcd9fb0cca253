-- What advertising cost in the period beside what one model credits it with, by the chosen dimension and by currency: costs and
-- values of different currencies are never added up. A cost belongs to what its event names, as for the command attribution.
WITH
    spent AS
    (
        SELECT
            multiIf(
                ${dimension:sqlstring} = 'source', toString(utm_source),
                ${dimension:sqlstring} = 'medium', toString(utm_medium),
                ${dimension:sqlstring} = 'source_medium', if(utm_source = '' AND utm_medium = '', '', concat(utm_source, ' / ', utm_medium)),
                ${dimension:sqlstring} = 'campaign', toString(utm_campaign),
                channel) AS stated,
            if(stated = '', concat('(', channel, ')'), stated) AS name,
            toString(currency) AS currency,
            toFloat64(sum(cost)) AS cost
        FROM spend
        WHERE $__timeFilter_ms(spent_at) AND ${dimension:sqlstring} IN ('channel', 'source', 'medium', 'source_medium', 'campaign')
        GROUP BY stated, name, currency
    ),
    credit AS
    (
        SELECT
            n.name AS name,
            toString(l.currency) AS currency,
            sum(l.weight) AS conversions,
            toFloat64(sum(l.credited_value)) AS value
        FROM attribution_ledger AS l
        ANY LEFT JOIN touch_names_at(run = (SELECT run_id FROM published_run), dimension = ${dimension:sqlstring}) AS n ON n.touch_id = l.touch_id
        WHERE $__timeFilter_ms(converted_at) AND l.touch_id != ''
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
        GROUP BY name, currency
    ),
    -- Conversions of every currency, and of none, count for the cost of one; value counts in the currency of the cost.
    earned AS
    (
        SELECT name, sum(conversions) AS conversions, sumMap(map(currency, value)) AS values
        FROM credit
        GROUP BY name
    ),
    (SELECT countIf(value != 0) = 0 FROM credit) AS worthless -- such as sign-ups: not a bad return, but none to speak of
SELECT
    s.name AS "Name",
    s.currency AS "Currency",
    s.cost AS "Cost",
    s.cost / sum(s.cost) OVER (PARTITION BY s.currency) AS "Of cost",
    e.conversions AS "Conversions",
    if(e.conversions <= 0, NULL, s.cost / e.conversions) AS "Cost a conversion",
    e.values[s.currency] AS "Amount",
    if(s.cost <= 0 OR worthless, NULL, e.values[s.currency] / s.cost) AS "Return"
FROM spent AS s
LEFT JOIN earned AS e ON e.name = s.name
WHERE s.cost != 0
ORDER BY "Cost" DESC, "Name", "Currency"
LIMIT 200

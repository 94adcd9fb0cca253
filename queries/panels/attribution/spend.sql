-- What advertising cost in the period beside what one model credits it with, by the chosen dimension and by currency: costs and
-- values of different currencies are never added up. A cost belongs to what its event names, as for the command attribution.
WITH
    spent AS
    (
        SELECT
            multiIf(
                ${dimension:sqlstring} = 'utm_source', if(utm_source = '', '(none)', toString(utm_source)),
                ${dimension:sqlstring} = 'utm_medium', if(utm_medium = '', '(none)', toString(utm_medium)),
                ${dimension:sqlstring} = 'utm_campaign', if(utm_campaign = '', '(none)', toString(utm_campaign)),
                channel) AS name,
            toString(currency) AS currency,
            toFloat64(sum(cost)) AS cost
        FROM spend
        WHERE $__timeFilter_ms(spent_at) AND ${dimension:sqlstring} IN ('channel', 'utm_source', 'utm_medium', 'utm_campaign')
        GROUP BY name, currency
    ),
    credit AS
    (
        SELECT
            multiIf(
                ${dimension:sqlstring} = 'utm_source', if(utm_source = '', '(none)', toString(utm_source)),
                ${dimension:sqlstring} = 'utm_medium', if(utm_medium = '', '(none)', toString(utm_medium)),
                ${dimension:sqlstring} = 'utm_campaign', if(utm_campaign = '', '(none)', toString(utm_campaign)),
                toString(channel)) AS name,
            toString(currency) AS currency,
            sum(weight) AS conversions,
            toFloat64(sum(credited_value)) AS value
        FROM attribution_ledger
        WHERE $__timeFilter_ms(converted_at) AND touch_id != ''
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
        GROUP BY name, currency
    ),
    -- Conversions of every currency, and of none, count for the cost of one; value counts in the currency of the cost.
    earned AS
    (
        SELECT name, sum(conversions) AS conversions, sumMap(map(currency, value)) AS values
        FROM credit
        GROUP BY name
    )
SELECT
    s.name AS "Name",
    s.currency AS "Currency",
    s.cost AS "Cost",
    s.cost / sum(s.cost) OVER (PARTITION BY s.currency) AS "Of cost",
    e.conversions AS "Conversions",
    if(e.conversions < 0.005, NULL, s.cost / e.conversions) AS "Cost a conversion",
    e.values[s.currency] AS "Amount",
    if(s.cost <= 0, NULL, e.values[s.currency] / s.cost) AS "Return"
FROM spent AS s
LEFT JOIN earned AS e ON e.name = s.name
WHERE s.cost != 0
ORDER BY "Cost" DESC, "Name", "Currency"
LIMIT 200

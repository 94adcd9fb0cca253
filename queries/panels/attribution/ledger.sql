-- The ledger of one conversion: every row that any figure above is a sum of. Without an id, the latest conversion.
WITH
    (
        SELECT argMax(conversion_id, (converted_at, conversion_id))
        FROM conversions
        WHERE $__timeFilter_ms(converted_at)
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ) AS latest,
    if(${conversion:sqlstring} = '', latest, ${conversion:sqlstring}) AS wanted,
    -- By them the tables are ordered, not by conversion.
    (SELECT any((unit_kind, conversion_type, unit_id)) FROM conversions WHERE conversion_id = wanted) AS of
SELECT
    conversion_id AS "Conversion",
    model AS "Model",
    position AS "No.",
    touch_ts AS "Touch",
    channel AS "Channel",
    weight AS "Weight",
    toFloat64(credited_value) AS "Amount",
    rule AS "Rule",
    utm_source AS "Source",
    utm_campaign AS "Campaign",
    landing_page AS "Landing page",
    person_id AS "Person",
    touch_id AS "Touch (event) id"
FROM attribution_ledger
WHERE conversion_id = wanted AND unit_kind = of.1 AND conversion_type = of.2 AND unit_id = of.3
    AND model IN (${models:sqlstring})
ORDER BY "Model", "No."
LIMIT 1000

-- Credit of one model by the chosen dimension, the first 200 values.
SELECT
    if(name = '', '(none)', name) AS "Name",
    topK(1)(channel)[1] AS "Mostly by",
    sum(weight) AS "Conversions",
    sum(weight) / sum(sum(weight)) OVER () AS "Share",
    toFloat64(sum(credited_value)) AS "Amount",
    uniqExact(conversion_id) AS "Touched"
FROM
(
    SELECT channel, weight, credited_value, conversion_id,
        multiIf(
            ${dimension:sqlstring} = 'utm_source', toString(utm_source),
            ${dimension:sqlstring} = 'utm_medium', toString(utm_medium),
            ${dimension:sqlstring} = 'utm_campaign', toString(utm_campaign),
            ${dimension:sqlstring} = 'landing_page', landing_page,
            toString(channel)) AS name
    FROM attribution_ledger
    WHERE $__timeFilter_ms(converted_at) AND touch_id != ''
        AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        AND model = ${model:sqlstring}
)
GROUP BY name
ORDER BY "Conversions" DESC, "Name"
LIMIT 200

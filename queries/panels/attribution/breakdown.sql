-- Credit of one model by the chosen dimension, the first 200 values.
SELECT
    n.name AS "Name",
    topK(1)(l.channel)[1] AS "Mostly by",
    sum(l.weight) AS "Conversions",
    sum(l.weight) / sum(sum(l.weight)) OVER () AS "Share",
    toFloat64(sumIf(l.credited_value, l.currency = ${currency:sqlstring})) AS "Amount",
    uniqExact(l.conversion_id) AS "Touched"
FROM
(
    SELECT touch_id, toString(channel) AS channel, weight, credited_value, currency, conversion_id
    FROM attribution_ledger
    WHERE $__timeFilter_ms(converted_at) AND touch_id != ''
        AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        AND model = ${model:sqlstring}
) AS l
ANY LEFT JOIN touch_names_at(run = (SELECT run_id FROM published_run), dimension = ${dimension:sqlstring}) AS n ON n.touch_id = l.touch_id
GROUP BY "Name"
ORDER BY "Conversions" DESC, "Name"
LIMIT 200

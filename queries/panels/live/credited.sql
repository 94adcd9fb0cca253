-- The conversions that one value of a dimension is credited for, those it brought most of first. Their credit adds up to the
-- figure that led here, unless there are more than 500. By channel, what no touch explains has rows of its own.
SELECT
    l.conversion_id AS "Conversion",
    l.converted_at AS "Converted",
    l.unit_id AS "Id",
    sum(l.weight) AS "Credit",
    toFloat64(sum(l.credited_value)) AS "Amount",
    any(l.currency) AS "Currency",
    count() AS "Touches credited",
    any(l.touches) AS "Touches in all",
    any(l.rule) AS "Rule"
FROM
(
    SELECT conversion_id, converted_at, unit_id, toString(channel) AS channel, touch_id, weight, credited_value, currency, touches, rule
    FROM attribution_ledger
    WHERE $__timeFilter_ms(converted_at)
        AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
        AND (${by:sqlstring} = 'channel' OR touch_id != '')
) AS l
ANY LEFT JOIN touch_names_at(run = (SELECT run_id FROM published_run), dimension = ${by:sqlstring}) AS n ON n.touch_id = l.touch_id
WHERE if(${by:sqlstring} = 'channel', l.channel, n.name) = ${value:sqlstring}
GROUP BY l.conversion_id, l.converted_at, l.unit_id
ORDER BY "Credit" DESC, "Converted" DESC, "Conversion"
LIMIT 500

-- The conversions that one value of the chosen dimension is credited for, those it brought most of first. Their credit adds up
-- to the figure that led here, unless there are more than 500.
SELECT
    conversion_id AS "Conversion",
    converted_at AS "Converted",
    unit_id AS "Id",
    sum(weight) AS "Credit",
    toFloat64(sum(credited_value)) AS "Amount",
    any(currency) AS "Currency",
    count() AS "Touches credited",
    any(touches) AS "Touches in all",
    any(rule) AS "Rule"
FROM attribution_ledger AS l
ANY LEFT JOIN touch_names_at(run = (SELECT run_id FROM published_run), dimension = ${by:sqlstring}) AS n ON n.touch_id = l.touch_id
WHERE $__timeFilter_ms(converted_at)
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
    AND if(l.touch_id = '', toString(channel), n.name) = ${value:sqlstring}
    AND (${by:sqlstring} = 'channel' OR l.touch_id != '')
GROUP BY conversion_id, converted_at, unit_id
ORDER BY "Credit" DESC, "Converted" DESC, "Conversion"
LIMIT 500

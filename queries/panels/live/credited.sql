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
FROM attribution_ledger
WHERE $__timeFilter_ms(converted_at)
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model = ${model:sqlstring}
    AND multiIf(
        ${by:sqlstring} = 'utm_source', toString(utm_source),
        ${by:sqlstring} = 'utm_medium', toString(utm_medium),
        ${by:sqlstring} = 'utm_campaign', toString(utm_campaign),
        ${by:sqlstring} = 'landing_page', landing_page,
        toString(channel)) = ${value:sqlstring}
    AND (${by:sqlstring} = 'channel' OR touch_id != '')
GROUP BY conversion_id, converted_at, unit_id
ORDER BY "Credit" DESC, "Converted" DESC, "Conversion"
LIMIT 500

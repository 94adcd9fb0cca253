-- Conversions credited to each channel by one model, week by week (from Monday, in the zone).
SELECT
    toDateTime(toStartOfWeek(converted_at, 1, ${zone:sqlstring}), ${zone:sqlstring}) AS time,
    toString(channel) AS channel,
    sum(weight) AS "Value"
FROM attribution_ledger
WHERE $__timeFilter_ms(converted_at)
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    AND model = ${model:sqlstring}
GROUP BY time, channel
ORDER BY time, channel

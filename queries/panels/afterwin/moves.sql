-- Customers won, expanded and lost, month by month (of the zone).
SELECT
    toDateTime(toStartOfMonth(toTimeZone(entered_at, ${zone:sqlstring})), ${zone:sqlstring}) AS time,
    toString(stage) AS stage,
    toFloat64(uniqExact(unit_id)) AS "Value"
FROM stages
WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('won', 'expanded', 'churned')
    AND $__timeFilter_ms(entered_at)
GROUP BY time, stage
ORDER BY time, stage

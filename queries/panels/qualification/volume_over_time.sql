-- Units that met each definition for the first time, week by week (from Monday, in the zone).
SELECT
    toDateTime(toStartOfWeek(met, 1, ${zone:sqlstring}), ${zone:sqlstring}) AS time,
    definition,
    count() AS "Value"
FROM
(
    SELECT unit_id, toString(definition) AS definition, min(met_at) AS met
    FROM qualifications
    WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = ''
    GROUP BY unit_id, definition
)
WHERE $__timeFilter_ms(met)
GROUP BY time, definition
ORDER BY time, definition

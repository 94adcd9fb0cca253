-- First entries into the steps of the waterfall, week by week (from Monday, in the zone).
SELECT
    toDateTime(toStartOfWeek(entered, 1, ${zone:sqlstring}), ${zone:sqlstring}) AS time,
    step,
    count() AS "Value"
FROM
(
    SELECT unit_id, toString(stage) AS step, min(entered_at) AS entered
    FROM stages
    WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        AND stage IN ('mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won')
    GROUP BY unit_id, step
)
WHERE $__timeFilter_ms(entered)
GROUP BY time, step
ORDER BY time, indexOf(['mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won'], step)

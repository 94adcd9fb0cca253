-- Why units were sent to nurture or disqualified.
SELECT
    toString(stage) AS "Stage",
    if(reason = '', '(no reason given)', reason) AS "Reason",
    uniqExact(unit_id) AS "Units"
FROM stages
WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
    AND stage IN ('nurture', 'disqualified', 'churned') AND $__timeFilter_ms(entered_at)
GROUP BY stage, reason
ORDER BY "Units" DESC, "Stage", "Reason"
LIMIT 30

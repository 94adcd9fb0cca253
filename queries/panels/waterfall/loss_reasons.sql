-- Why units were sent to nurture, disqualified or lost. Where a reason quotes what was said, the quote is left out, so that
-- the same reasons add up.
SELECT
    toString(stage) AS "Stage",
    if(cause = '', '(no reason given)', replaceAll(cause, '_', ' ')) AS "Reason",
    uniqExact(unit_id) AS "Units"
FROM
(
    SELECT stage, unit_id, trimRight(replaceRegexpOne(reason, '[:,]?\\s*[“"].*$', '')) AS cause
    FROM stages
    WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        AND stage IN ('nurture', 'disqualified', 'churned') AND $__timeFilter_ms(entered_at)
)
GROUP BY stage, cause
ORDER BY "Units" DESC, "Stage", "Reason"
LIMIT 30

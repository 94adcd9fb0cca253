-- Requests made in the period (which events ask for a reply, the definitions say) to the first reply by a person or bot, in
-- wall time. Never: none within the time after which it counts as never. And how many qualified after the request.
WITH
    asked AS
    (
        SELECT unit_id, requested_at,
            multiIf(status = 'waiting', 7, status = 'never', 6, wait_seconds <= 300, 1, wait_seconds <= 600, 2,
                    wait_seconds <= 3600, 3, wait_seconds <= 86400, 4, 5) AS bucket
        FROM requests
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND $__timeFilter_ms(requested_at)
    ),
    qualified AS
    (
        SELECT unit_id, max(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql', 'sal', 'sql')
        GROUP BY unit_id
    )
SELECT
    ['within 5 minutes', 'within 10 minutes', 'within an hour', 'within a day', 'later', 'never', 'still waiting'][bucket] AS "First reply",
    count() AS "Requests",
    count() / sum(count()) OVER () AS "Share",
    countIf(qualified.unit_id != '' AND qualified.entered >= asked.requested_at) / count() AS "Qualified after"
FROM asked
LEFT JOIN qualified USING (unit_id)
GROUP BY bucket
ORDER BY bucket

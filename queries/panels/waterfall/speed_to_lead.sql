-- First request of a unit in the period (form or chat message) to the first reply by a person or bot after it (message or
-- call), in wall time; replies after 30 days count as never. And how many qualified after the request.
WITH
    contacts AS
    (
        SELECT
            if(${unit_kind:sqlstring} = 'account', account_id, person_id) AS unit_id,
            minIf(event_ts, meaning IN ('form_submitted', 'message_from_prospect') AND $__timeFilter_ms(event_ts)) AS requested,
            arraySort(groupArrayIf(event_ts, meaning IN ('message_from_agent', 'call_completed'))) AS replies
        FROM person_events
        WHERE meaning IN ('form_submitted', 'message_from_prospect', 'message_from_agent', 'call_completed')
        GROUP BY unit_id
        HAVING unit_id != '' AND countIf(meaning IN ('form_submitted', 'message_from_prospect') AND $__timeFilter_ms(event_ts)) > 0
    ),
    answered AS
    (
        SELECT unit_id, requested,
            arrayFirstIndex(r -> r >= requested AND r <= requested + INTERVAL 30 DAY, replies) AS reply,
            if(reply = 0, -1, dateDiff('second', requested, replies[reply])) AS waited
        FROM contacts
    ),
    qualified AS
    (
        SELECT unit_id, max(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql', 'sal', 'sql')
        GROUP BY unit_id
    )
SELECT
    ['within 5 minutes', 'within 10 minutes', 'within an hour', 'within a day', 'later', 'never'][bucket] AS "First reply",
    count() AS "Requests",
    count() / sum(count()) OVER () AS "Share",
    countIf(qualified.unit_id != '' AND qualified.entered >= answered.requested) / count() AS "Qualified after"
FROM
(
    SELECT *, multiIf(waited < 0, 6, waited <= 300, 1, waited <= 600, 2, waited <= 3600, 3, waited <= 86400, 4, 5) AS bucket
    FROM answered
) AS answered
LEFT JOIN qualified USING (unit_id)
GROUP BY bucket
ORDER BY bucket

-- Whether the promised time of reply is kept, by who owned the unit when it asked, and by what was asked.
SELECT
    multiIf(owner = '', '(nobody)', owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "Owner",
    toString(request) AS "Request",
    count() AS "Requests",
    if(countIf(status != 'waiting') = 0, NULL, countIf(in_time) / countIf(status != 'waiting')) AS "In time",
    if(countIf(status = 'answered') = 0, NULL, quantileExactInclusiveIf(0.5)(open_seconds, status = 'answered')) AS "Median reply",
    if(countIf(status = 'answered') = 0, NULL, quantileExactInclusiveIf(0.9)(open_seconds, status = 'answered')) AS "p90 reply",
    countIf(status != 'waiting' AND NOT in_time) AS "Missed",
    countIf(replied_by = 'bot') AS "By a bot",
    countIf(status = 'never') AS "Never answered",
    countIf(status = 'never' AND NOT moved_on) AS "Never followed up",
    countIf(status = 'waiting') AS "Waiting"
FROM requests
WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '') AND $__timeFilter_ms(requested_at)
GROUP BY owner, request
ORDER BY "Requests" DESC, "Owner", "Request"

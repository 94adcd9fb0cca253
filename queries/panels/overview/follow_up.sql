-- What becomes of requests made in the period: one row. Shares are of requests old enough to say: those that are answered, or
-- whose time is over. Never followed up: never answered, and the unit went to no other stage either; as in waterfall/totals.
SELECT
    count() AS "Requests",
    if(countIf(status != 'waiting') = 0, NULL, countIf(status = 'answered' AND wait_seconds <= 300) / countIf(status != 'waiting')) AS "Within 5 minutes",
    if(countIf(status != 'waiting') = 0, NULL, countIf(status = 'answered' AND wait_seconds <= 600) / countIf(status != 'waiting')) AS "Within 10 minutes",
    if(countIf(status = 'answered') = 0, NULL, quantileExactInclusiveIf(0.5)(wait_seconds, status = 'answered')) AS "Median reply",
    if(countIf(status != 'waiting') = 0, NULL, countIf(status = 'never') / countIf(status != 'waiting')) AS "Never answered",
    if(countIf(status != 'waiting') = 0, NULL, countIf(status = 'never' AND NOT moved_on) / countIf(status != 'waiting')) AS "Never followed up"
FROM requests
WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '') AND $__timeFilter_ms(requested_at)

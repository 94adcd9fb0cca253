-- What is still refused, by source and reason.
SELECT
    toString(d.source) AS source,
    toString(d.reason) AS reason,
    countIf(d.rejected_at > now64(3, 'UTC') - INTERVAL 1 HOUR) AS last_hour,
    countIf(d.rejected_at > now64(3, 'UTC') - INTERVAL 1 DAY) AS last_day,
    count() AS total
FROM dead_letters AS d
GROUP BY source, reason
ORDER BY last_day DESC, total DESC, source, reason

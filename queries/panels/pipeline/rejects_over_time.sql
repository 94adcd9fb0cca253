-- Rejected messages by reason.
SELECT
    $__timeInterval(rejected_at) AS time,
    toString(reason) AS reason,
    count() AS "Value"
FROM dead_letters
WHERE $__timeFilter_ms(rejected_at)
GROUP BY time, reason
ORDER BY time, reason

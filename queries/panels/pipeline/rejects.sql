-- Rejected messages by source and reason, with the latest sample of each.
SELECT
    if(source = '', '(none)', source) AS "Source",
    topic AS "Topic",
    reason AS "Reason",
    count() AS "Messages",
    max(rejected_at) AS "Latest",
    argMax(detail, (rejected_at, offset)) AS "What was wrong",
    substringUTF8(toValidUTF8(argMax(raw, (rejected_at, offset))), 1, 300) AS "Sample",
    concat(toString(argMax(partition, (rejected_at, offset))), ':', toString(argMax(offset, (rejected_at, offset)))) AS "Partition:offset"
FROM dead_letters
WHERE $__timeFilter_ms(rejected_at)
GROUP BY source, topic, reason
ORDER BY "Messages" DESC, "Source", "Reason"
LIMIT 200

-- The latest refused messages, each with the fault and where it stands in Kafka.
SELECT
    rejected_at AS "Refused",
    if(source = '', '(none)', source) AS "Source",
    reason AS "Reason",
    detail AS "What was wrong",
    substringUTF8(toValidUTF8(raw), 1, 500) AS "Message",
    concat(topic, '/', toString(partition), ':', toString(offset), if(item > 0, concat('#', toString(item)), '')) AS "Place"
FROM dead_letters
WHERE $__timeFilter_ms(rejected_at)
ORDER BY rejected_at DESC, topic, partition, offset, item
LIMIT 100

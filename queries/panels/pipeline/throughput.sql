-- Events a second by topic.
SELECT
    $__timeInterval(inserted_at) AS time,
    toString(topic) AS topic,
    sum(events) / $__interval_s AS "Value"
FROM ingest_batches
WHERE $__timeFilter_ms(inserted_at)
GROUP BY time, topic
ORDER BY time, topic

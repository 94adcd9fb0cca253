-- Messages behind the end of each partition after its batches; the worst of each step.
SELECT
    $__timeInterval(inserted_at) AS time,
    concat(topic, ' / ', toString(partition)) AS partition,
    toFloat64(max(greatest(0, toInt64(high_watermark) - toInt64(last_offset) - 1))) AS "Value"
FROM ingest_batches
WHERE $__timeFilter_ms(inserted_at)
GROUP BY time, partition
ORDER BY time, partition

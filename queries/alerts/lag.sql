-- Messages that wait in each topic, as of the last batch of each partition: one row a topic.
SELECT toString(topic) AS topic, toFloat64(sum(behind)) AS value
FROM
(
    SELECT topic, partition, greatest(0, toInt64(argMax(high_watermark, inserted_at)) - toInt64(argMax(last_offset, inserted_at)) - 1) AS behind
    FROM ingest_batches
    WHERE inserted_at > now64(3, 'UTC') - INTERVAL 7 DAY
    GROUP BY topic, partition
)
GROUP BY topic
ORDER BY topic

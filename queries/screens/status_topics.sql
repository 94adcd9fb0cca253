-- What the consumers did with each topic.
SELECT
    toString(b.topic) AS topic,
    sum(b.messages) AS messages,
    sumIf(b.messages, b.inserted_at > now64(3, 'UTC') - INTERVAL 5 MINUTE) / 300 AS per_second,
    max(b.inserted_at) AS last_batch
FROM ingest_batches AS b
GROUP BY topic
ORDER BY topic

-- How recent each source is: the age of its latest event, and the delay between an event and its row.
SELECT
    source AS "Source",
    count() AS "Rows",
    max(event_ts) AS "Latest event",
    max(ingested_at) AS "Latest row",
    greatest(0, dateDiff('second', max(ingested_at), now64(3, 'UTC'))) AS "Age",
    quantile(0.5)(greatest(0, dateDiff('millisecond', received_at, ingested_at))) / 1000 AS "Delay p50",
    quantile(0.99)(greatest(0, dateDiff('millisecond', received_at, ingested_at))) / 1000 AS "Delay p99"
FROM events
GROUP BY source
ORDER BY "Rows" DESC, "Source"

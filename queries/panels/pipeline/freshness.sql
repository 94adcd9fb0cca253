-- How recent each source is: the age of its latest event, and the delay between an event and its row.
SELECT
    source AS "Source",
    count() AS "Rows",
    max(event_ts) AS "Latest event",
    max(ingested_at) AS "Latest row",
    greatest(0, dateDiff('second', max(ingested_at), now64(3, 'UTC'))) AS "Age",
    quantiles(0.5, 0.99)(greatest(0, dateDiff('millisecond', received_at, ingested_at)))[1] / 1000 AS "Delay p50",
    quantiles(0.5, 0.99)(greatest(0, dateDiff('millisecond', received_at, ingested_at)))[2] / 1000 AS "Delay p99"
FROM events
GROUP BY source
ORDER BY "Rows" DESC, "Source"

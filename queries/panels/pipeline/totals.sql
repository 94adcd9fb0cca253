-- The pipe in figures: one row. Lag is as of now, duplicates are as of the published run, which has counted the events apart:
-- counting them here would read all of them. The rest is of the period.
WITH
    worked AS
    (
        SELECT sum(messages) AS messages, sum(events) AS events, sum(rejects) AS rejects, sum(skewed) AS skewed
        FROM ingest_batches
        WHERE $__timeFilter_ms(inserted_at)
    ),
    (SELECT (argMax(events, run_id), argMax(events_until, run_id), count()) FROM runs FINAL WHERE status = 'published') AS published,
    -- The events of a batch are dated when their insert began, the batch when it was acknowledged.
    (SELECT sum(events) FROM ingest_batches WHERE inserted_at - toIntervalMillisecond(ceil(1000 * insert_seconds)) <= published.2) AS inserted_by_then,
    (
        SELECT sum(behind)
        FROM
        (
            SELECT greatest(0, toInt64(argMax(high_watermark, inserted_at)) - toInt64(argMax(last_offset, inserted_at)) - 1) AS behind
            FROM ingest_batches
            GROUP BY topic, partition
        )
    ) AS lag
SELECT
    messages AS "Messages",
    events AS "Events",
    rejects AS "Rejected",
    if(messages = 0, NULL, rejects / messages) AS "Reject rate",
    if(published.3 = 0, NULL, greatest(0, toInt64(inserted_by_then) - toInt64(published.1))) AS "Duplicates collapsed",
    skewed AS "Clocks corrected",
    lag AS "Messages behind"
FROM worked

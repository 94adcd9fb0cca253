-- The pipe in figures: one row. Duplicates and lag are as of now, the rest is of the period.
WITH
    worked AS
    (
        SELECT sum(messages) AS messages, sum(events) AS events, sum(rejects) AS rejects, sum(skewed) AS skewed
        FROM ingest_batches
        WHERE $__timeFilter_ms(inserted_at)
    ),
    (SELECT sum(events) FROM ingest_batches) AS inserted_ever,
    (SELECT count() FROM events_deduplicated) AS distinct_ever,
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
    greatest(0, toInt64(inserted_ever) - toInt64(distinct_ever)) AS "Duplicates collapsed",
    skewed AS "Clocks corrected",
    lag AS "Messages behind"
FROM worked

-- What came in, what was refused, and what had been sent twice.
SELECT
    (SELECT sum(messages) FROM ingest_batches) AS messages,
    (SELECT count() FROM events_deduplicated) AS events,
    (SELECT sum(events) FROM ingest_batches) - events AS duplicates,
    (SELECT count() FROM dead_letters) AS rejects,
    (SELECT sum(skewed) FROM ingest_batches) AS skewed

-- How fresh the figures are: the last batch stored, the watermark of the published run, and how old that is.
SELECT
    (SELECT max(inserted_at) FROM ingest_batches) AS last_batch,
    now64(3, 'UTC') AS now,
    maxIf(updated_at, status = 'published') AS last_published,
    argMaxIf(events_until, run_id, status = 'published') AS events_until
FROM runs FINAL

-- What there is to report on: one row. Times are those of events, of ingestion, and of the published run; the start of 1970
-- where there is nothing.
WITH (SELECT min(inserted_at) FROM ingest_batches) AS first_stored
SELECT
    (SELECT min(converted_at) FROM conversions) AS first_conversion,
    (SELECT min(entered_at) FROM stages) AS first_entry,
    (SELECT max(observed_until) FROM runs FINAL WHERE status = 'published') AS observed_until,
    -- What a batch refused is dated before the batch is stored.
    (SELECT if(min(rejected_at) = 0, first_stored, least(first_stored, min(rejected_at))) FROM events_rejected) AS first_batch,
    (SELECT max(inserted_at) FROM ingest_batches) AS last_batch,
    (SELECT max(run_id) FROM published_run) AS run_id,
    (SELECT argMax(version, run_id) FROM runs FINAL WHERE status = 'published') AS version,
    (SELECT count() FROM simulation_truth FINAL) AS truths

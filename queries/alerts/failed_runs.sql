-- Runs that failed since the last one that was published: one row.
SELECT toFloat64(countIf(status = 'failed' AND run_id > (SELECT run_id FROM published_run))) AS value
FROM runs FINAL

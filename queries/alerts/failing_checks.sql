-- Data checks that the published run fails: one row.
SELECT toFloat64(countIf(violations > 0)) AS value
FROM check_results FINAL
WHERE run_id = (SELECT run_id FROM published_run)

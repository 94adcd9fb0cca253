-- Data checks of the published run, failures first.
SELECT toString(check) AS check, violations
FROM check_results FINAL
WHERE run_id = (SELECT run_id FROM published_run)
ORDER BY violations DESC, check

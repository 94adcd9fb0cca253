-- Runs that say they are under way, with the seconds since their last sign of life.
SELECT run_id, token, host, dateDiff('millisecond', updated_at, now64(3)) / 1000 AS silent_seconds
FROM runs FINAL
WHERE status = 'running'
ORDER BY run_id, started_at, token

-- The latest batch runs, newest first.
SELECT run_id, toString(status) AS status, started_at, updated_at, seconds, events, error
FROM runs FINAL
ORDER BY run_id DESC, started_at DESC
LIMIT 5

-- Published runs, the newest first.
SELECT run_id, base_run_id FROM runs FINAL WHERE status = 'published' ORDER BY run_id DESC

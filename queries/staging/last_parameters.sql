-- The settings of the last published run, as JSON.
SELECT parameters FROM runs FINAL WHERE status = 'published' ORDER BY run_id DESC LIMIT 1

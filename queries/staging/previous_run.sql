-- The published run, with how many runs since its base build on one another; no row when nothing was published.
SELECT
    run_id, base_run_id, parameters, definition_hash, version, observed_from, observed_until, settled_until, settled_events,
    started_at < (SELECT max(forgotten_at) FROM forgotten) AS forgotten_since,
    started_at < (SELECT max(applied_at) FROM schema_migrations) AS migrated_since,
    (SELECT count() FROM runs FINAL WHERE status = 'published' AND base_run_id = published.base_run_id) AS runs_since_base
FROM (SELECT * FROM runs FINAL WHERE status = 'published' ORDER BY run_id DESC LIMIT 1) AS published

-- The latest batch runs.
SELECT
    run_id AS "Run",
    status AS "Status",
    started_at AS "Started",
    seconds AS "Took",
    events AS "Events",
    if(events_until > toDateTime64(0, 3, 'UTC'), toNullable(events_until), NULL) AS "Events until",
    error AS "Error",
    version AS "Version",
    host AS "Host"
FROM runs FINAL
ORDER BY run_id DESC, started_at DESC
LIMIT 50

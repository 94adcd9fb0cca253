-- The latest batch runs, with what each computed.
SELECT
    r.run_id AS "Run",
    r.status AS "Status",
    r.started_at AS "Started",
    r.seconds AS "Took",
    multiIf(r.status != 'published', '', r.full_because = '', 'what changed', concat('all: ', r.full_because)) AS "Computed",
    if(r.full_because = '' AND r.status = 'published', changed.persons, NULL) AS "People",
    if(r.full_because = '' AND r.status = 'published', changed.accounts, NULL) AS "Accounts",
    r.events AS "Events",
    if(r.events_until > toDateTime64(0, 3, 'UTC'), toNullable(r.events_until), NULL) AS "Events until",
    r.error AS "Error",
    r.version AS "Version",
    r.host AS "Host"
FROM (SELECT * FROM runs FINAL) AS r
LEFT JOIN run_changes AS changed ON changed.run_id = r.run_id
ORDER BY r.run_id DESC, r.started_at DESC
LIMIT 50

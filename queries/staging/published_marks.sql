-- The published run, until when it observed, and the first event it knows. No row where there is none.
SELECT run_id, observed_until, (SELECT min(event_ts) FROM person_events) AS observed_from
FROM runs FINAL
WHERE run_id = (SELECT run_id FROM published_run) AND run_id != 0
LIMIT 1

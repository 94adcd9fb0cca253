-- The latest batch runs, newest first, with how many people each recomputed, or why all.
SELECT run_id, toString(status) AS status, started_at, updated_at, seconds, events, error, full_because, changed.persons AS changed_persons
FROM (SELECT * FROM runs FINAL) AS run
LEFT JOIN
(
    SELECT run_id, countIf(unit_kind = 'person') AS persons FROM recomputed_units_by_run GROUP BY run_id
) AS changed ON changed.run_id = run.run_id
ORDER BY run_id DESC, started_at DESC
LIMIT 5

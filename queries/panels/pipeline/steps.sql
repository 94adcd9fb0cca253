-- Steps of the published run.
SELECT
    step AS "Step",
    seconds AS "Took",
    rows_in AS "Rows in",
    rows_out AS "Rows out",
    if(seconds > 0, toNullable(rows_in / seconds), NULL) AS "Rows a second"
FROM run_steps
WHERE run_id = (SELECT run_id FROM published_run)
ORDER BY position

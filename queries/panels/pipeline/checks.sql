-- Data checks of the published run, failures first.
SELECT
    check AS "Check",
    if(violations = 0, 'pass', 'fail') AS "Result",
    violations AS "Violations",
    example AS "Example",
    checked_at AS "Checked"
FROM check_results FINAL
WHERE run_id = (SELECT run_id FROM published_run)
ORDER BY "Violations" DESC, "Check"

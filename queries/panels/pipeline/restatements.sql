-- Figures of closed months that runs restated, by run and reason, the latest run first; the largest of each as an example.
SELECT
    run_id AS "Run",
    reason AS "Why",
    count() AS "Figures",
    uniqExact(month) AS "Months",
    sum(abs(now - was)) / 2 AS "Conversions moved",
    argMax(concat(formatDateTime(month, '%Y-%m'), ', ', toString(model), ', ', toString(channel), ' (', toString(unit_kind), ', ', toString(conversion_type), '): ',
        toString(round(was, 1)), ' → ', toString(round(now, 1))), abs(now - was)) AS "Largest"
FROM run_restatements
GROUP BY run_id, reason
ORDER BY run_id DESC, "Figures" DESC
LIMIT 100

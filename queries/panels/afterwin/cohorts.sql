-- Share of the customers won in each month that were still there so many months (of 30.4375 days) after their win, of those
-- old enough to say; as long as half of them are.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    lives AS
    (
        SELECT unit_id,
            minIf(entered_at, stage = 'won') AS won_at,
            arrayFirst(c -> c >= won_at, arraySort(groupArrayIf(entered_at, stage = 'churned'))) AS churned_at,
            arrayFirst(r -> r.1 < won_at, arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('pql', 'cql', 'mql')))).3 AS route
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won', 'churned', 'expanded')
        GROUP BY unit_id
        HAVING countIf(stage = 'won') > 0 AND $__timeFilter_ms(won_at)
    )
SELECT
    concat(formatDateTime(month, '%Y-%m'), ' (', toString(customers), ')') AS cohort,
    concat('after ', toString(age), if(age = 1, ' month', ' months')) AS age_name,
    retained
FROM
(
    SELECT toStartOfMonth(toTimeZone(won_at, ${zone:sqlstring})) AS month, age, max(count()) OVER (PARTITION BY month) AS customers, count() AS old_enough,
        countIf(churned_at = 0 OR churned_at > addSeconds(won_at, age * 2629800)) / old_enough AS retained
    FROM lives
    ARRAY JOIN [0, 1, 2, 3, 6, 9, 12, 18, 24] AS age
    WHERE addSeconds(won_at, age * 2629800) <= until
    GROUP BY month, age
)
WHERE age > 0 AND 2 * old_enough >= customers
ORDER BY month, age

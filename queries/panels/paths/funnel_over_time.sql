-- What became of those who entered in one period, step by step.
WITH entered AS
(
    SELECT breakdown, cohort_start, max(units) AS units
    FROM funnel_cohorts
    WHERE unit_kind = ${unit_kind:sqlstring} AND funnel = ${funnel:sqlstring} AND position = 1
    GROUP BY breakdown, cohort_start
)
SELECT
    formatDateTime(c.cohort_start, '%Y-%m-%d') AS period,
    concat(toString(c.position), ' ', c.step) AS step,
    sum(c.units) / sum(entered.units) AS share
FROM funnel_cohorts AS c
INNER JOIN entered ON entered.breakdown = c.breakdown AND entered.cohort_start = c.cohort_start
WHERE c.unit_kind = ${unit_kind:sqlstring} AND c.funnel = ${funnel:sqlstring}
GROUP BY period, step, c.position
ORDER BY period, c.position

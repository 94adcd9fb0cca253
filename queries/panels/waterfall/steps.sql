-- From step to step of the drawn order: of the units that entered a step first in the period, how many went on, and how fast.
-- `qualified` is the first of MQL, PQL and CQL.
WITH
    ['suspect', 'inquiry', 'qualified', 'sal', 'sql', 'opportunity', 'won'] AS drawn,
    first_entries AS
    (
        SELECT unit_id, step, min(entered_at) AS entered
        FROM stages
        ARRAY JOIN if(stage IN ('mql', 'pql', 'cql'), [toString(stage), 'qualified'], [toString(stage)]) AS step
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        GROUP BY unit_id, step
    ),
    pairs AS
    (
        SELECT
            a.step AS step,
            drawn[indexOf(drawn, a.step) + 1] AS next_step,
            b.unit_id != '' AND b.entered >= a.entered AS reached,
            dateDiff('second', a.entered, b.entered) / 86400 AS waited
        FROM (SELECT *, drawn[indexOf(drawn, step) + 1] AS next_step FROM first_entries WHERE has(drawn, step)) AS a
        LEFT JOIN first_entries AS b ON b.unit_id = a.unit_id AND b.step = a.next_step
        WHERE $__timeFilter_ms(a.entered)
    )
SELECT
    concat(step, ' → ', next_step) AS "Step",
    count() AS "Entered",
    countIf(reached) AS "Went on",
    countIf(reached) / count() AS "Rate",
    if(step = 'inquiry', 0.044, NULL) AS "Industry",
    if(countIf(reached) = 0, NULL, quantileIf(0.5)(waited, reached)) AS "Median days",
    if(countIf(reached) = 0, NULL, quantileIf(0.9)(waited, reached)) AS "p90 days"
FROM pairs
WHERE next_step != ''
GROUP BY step, next_step
ORDER BY indexOf(drawn, step)

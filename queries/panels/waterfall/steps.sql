-- From step to step of the drawn order: of the units that entered a step first in the period, how many went on, and how fast.
-- `qualified` is the first of MQL, PQL and CQL.
WITH
    ['suspect', 'inquiry', 'qualified', 'sal', 'sql', 'opportunity', 'won'] AS drawn,
    -- When a unit first entered each step; the start of 1970 where it never did, which is before all others.
    ways AS
    (
        SELECT
            [minIf(entered_at, stage = 'suspect'), minIf(entered_at, stage = 'inquiry'), minIf(entered_at, stage IN ('mql', 'pql', 'cql')),
                minIf(entered_at, stage = 'sal'), minIf(entered_at, stage = 'sql'), minIf(entered_at, stage = 'opportunity'), minIf(entered_at, stage = 'won')] AS firsts
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND stage IN ('suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won')
        GROUP BY unit_id
    ),
    pairs AS
    (
        SELECT step, firsts[step] AS entered, firsts[step + 1] >= entered AS reached, dateDiff('second', entered, firsts[step + 1]) / 86400 AS waited
        FROM ways
        ARRAY JOIN [1, 2, 3, 4, 5, 6] AS step
        WHERE entered > 0 AND $__timeFilter_ms(entered)
    )
SELECT
    concat(drawn[step], ' → ', drawn[step + 1]) AS "Step",
    count() AS "Entered",
    countIf(reached) AS "Went on",
    countIf(reached) / count() AS "Rate",
    if(drawn[step] = 'inquiry', 0.044, NULL) AS "Industry",
    if(countIf(reached) = 0, NULL, quantileExactInclusiveIf(0.5)(waited, reached)) AS "Median days",
    if(countIf(reached) = 0, NULL, quantileExactInclusiveIf(0.9)(waited, reached)) AS "p90 days"
FROM pairs
GROUP BY step
ORDER BY step

-- Which route qualified a unit first, and what became of those units since.
WITH
    qualified AS
    (
        SELECT unit_id, toString(argMin(stage, (entered_at, indexOf(['pql', 'cql', 'mql'], stage)))) AS route, min(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND stage IN ('mql', 'pql', 'cql')
        GROUP BY unit_id
    ),
    won AS
    (
        SELECT unit_id, min(entered_at) AS entered, 1 AS yes
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'won'
        GROUP BY unit_id
    )
SELECT
    upper(qualified.route) AS "First qualified by",
    count() AS "Units",
    countIf(won.yes = 1 AND won.entered >= qualified.entered) AS "Won since",
    "Won since" / count() AS "Win rate",
    if("Won since" = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', qualified.entered, won.entered) / 86400, won.yes = 1 AND won.entered >= qualified.entered)) AS "Median days to win"
FROM qualified
LEFT JOIN won USING (unit_id)
WHERE $__timeFilter_ms(qualified.entered)
GROUP BY qualified.route
ORDER BY "Units" DESC, "First qualified by"

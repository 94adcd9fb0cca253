-- The waterfall by where units come from: of those first seen in the period, how many have come how far since. Who is known
-- from a list or from our own writing alone is counted too: outbound would look too good without those who never answer.
WITH
    1.959964 AS z,
    units AS
    (
        SELECT unit_id, any(origin) AS origin, min(entered_at) AS seen,
            countIf(stage NOT IN ('suspect', 'nurture', 'disqualified')) > 0 AS beyond, countIf(stage IN ('mql', 'pql', 'cql')) > 0 AS qualified,
            countIf(stage = 'sal') > 0 AS accepted, countIf(stage = 'sql') > 0 AS ready, countIf(stage = 'opportunity') > 0 AS offered,
            minIf(entered_at, stage = 'won') AS won_at, countIf(stage = 'won') > 0 AS won
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        GROUP BY unit_id
        HAVING $__timeFilter_ms(seen)
    )
SELECT
    transform(toString(origin), ['sgl', 'tgl', ''], ['sales-generated', 'tele-generated', '(not known)'], toString(origin)) AS "Origin",
    count() AS "Units",
    countIf(beyond) AS "Beyond suspect",
    countIf(qualified) AS "Qualified",
    countIf(accepted) AS "SAL",
    countIf(ready) AS "SQL",
    countIf(offered) AS "Opportunity",
    countIf(won) AS "Won",
    if("Beyond suspect" = 0, NULL, "Won" / "Beyond suspect") AS "Win rate",
    if("Beyond suspect" = 0, NULL, ("Won" + z * z / 2 - z * sqrt("Won" * ("Beyond suspect" - "Won") / "Beyond suspect" + z * z / 4)) / ("Beyond suspect" + z * z)) AS "from",
    if("Beyond suspect" = 0, NULL, ("Won" + z * z / 2 + z * sqrt("Won" * ("Beyond suspect" - "Won") / "Beyond suspect" + z * z / 4)) / ("Beyond suspect" + z * z)) AS "to",
    if("Won" = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', seen, won_at) / 86400, won)) AS "Median days to win"
FROM units
GROUP BY origin
ORDER BY "Units" DESC, "Origin"

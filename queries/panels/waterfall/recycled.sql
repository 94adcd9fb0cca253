-- Units sent to nurture or disqualified in the period, and how many of them came back into the race or were won later.
WITH
    sent AS
    (
        SELECT unit_id, toString(stage) AS stage, min(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND stage IN ('nurture', 'disqualified') AND $__timeFilter_ms(entered_at)
        GROUP BY unit_id, stage
    ),
    returned AS
    (
        SELECT sent.unit_id AS unit_id, sent.stage AS stage,
            minIf(s.entered_at, s.stage IN ('mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won')) AS requalified,
            countIf(s.stage IN ('mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won')) > 0 AS came_back,
            countIf(s.stage = 'won') > 0 AS was_won
        FROM sent
        INNER JOIN stages AS s ON s.unit_id = sent.unit_id
        WHERE s.unit_kind = ${unit_kind:sqlstring} AND s.entered_at > sent.entered
        GROUP BY unit_id, stage
    )
SELECT
    sent.stage AS "Sent to",
    count() AS "Units",
    countIf(returned.came_back) AS "Requalified",
    "Requalified" / count() AS "Rate",
    if("Requalified" = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', sent.entered, returned.requalified) / 86400, returned.came_back)) AS "Median days",
    countIf(returned.was_won) AS "Won later"
FROM sent
LEFT JOIN returned ON returned.unit_id = sent.unit_id AND returned.stage = sent.stage
GROUP BY sent.stage
ORDER BY "Units" DESC

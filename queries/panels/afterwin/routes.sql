-- Customers by the route that qualified them first before they won: who stays, with the 95 % interval by Wilson, and who grows.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    toUInt32(${horizon:sqlstring}) AS horizon,
    1.959964 AS z,
    lives AS
    (
        SELECT unit_id,
            minIf(entered_at, stage = 'won') AS won_at,
            arrayFirst(c -> c >= won_at, arraySort(groupArrayIf(entered_at, stage = 'churned'))) AS churned_at,
            arrayFirst(r -> r.1 < won_at, arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('pql', 'cql', 'mql')))).3 AS route,
            arrayFirst(x -> x >= won_at, arraySort(groupArrayIf(entered_at, stage = 'expanded'))) AS expanded_at
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won', 'churned', 'expanded')
        GROUP BY unit_id
        HAVING countIf(stage = 'won') > 0 AND $__timeFilter_ms(won_at)
    )
SELECT
    if(route = '', 'never qualified', route) AS "First qualified by",
    count() AS "Customers",
    countIf(won_at <= until - toIntervalDay(horizon)) AS "Old enough",
    countIf(won_at <= until - toIntervalDay(horizon) AND (churned_at = 0 OR churned_at > won_at + toIntervalDay(horizon))) AS stayed,
    if("Old enough" = 0, NULL, stayed / "Old enough") AS "Retained",
    if("Old enough" = 0, NULL, (stayed + z * z / 2 - z * sqrt(stayed * ("Old enough" - stayed) / "Old enough" + z * z / 4)) / ("Old enough" + z * z)) AS "from",
    if("Old enough" = 0, NULL, (stayed + z * z / 2 + z * sqrt(stayed * ("Old enough" - stayed) / "Old enough" + z * z / 4)) / ("Old enough" + z * z)) AS "to",
    countIf(churned_at > 0) AS "Churned",
    countIf(expanded_at > 0) AS "Expanded",
    countIf(expanded_at > 0) / count() AS "Expanded, share",
    if(countIf(expanded_at > 0) = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', won_at, expanded_at) / 86400, expanded_at > 0)) AS "Days to expand"
FROM lives
GROUP BY route
ORDER BY "Customers" DESC, "First qualified by"

-- What became of the customers won in the period: one row.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    toUInt32(${horizon:sqlstring}) AS horizon,
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
    count() AS "Customers won",
    countIf(churned_at = 0) AS "Still there",
    countIf(churned_at > 0) AS "Churned",
    if(countIf(won_at <= until - toIntervalDay(horizon)) = 0, NULL,
        countIf(won_at <= until - toIntervalDay(horizon) AND (churned_at = 0 OR churned_at > won_at + toIntervalDay(horizon))) / countIf(won_at <= until - toIntervalDay(horizon))) AS "Retained at the horizon",
    countIf(expanded_at > 0) AS "Expanded",
    if(count() = 0, NULL, countIf(expanded_at > 0) / count()) AS "Expanded, share",
    if(countIf(churned_at > 0) = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', won_at, churned_at) / 86400, churned_at > 0)) AS "Median days to churn"
FROM lives

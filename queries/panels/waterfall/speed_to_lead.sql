-- Requests made in the period (which events ask for a reply, the definitions say) to the first reply by a person or bot, in
-- wall time. Never: none within the time after which it counts as never. And how many qualified after the request: their share
-- with the 95 % interval by Wilson, and their odds as a multiple of those of all other requests, with the interval of the
-- logarithm of an odds ratio (half a case added to each of the four cells, after Haldane and Anscombe).
WITH
    1.959964 AS z,
    asked AS
    (
        SELECT unit_id, requested_at,
            multiIf(status = 'waiting', 7, status = 'never', 6, wait_seconds <= 300, 1, wait_seconds <= 600, 2,
                    wait_seconds <= 3600, 3, wait_seconds <= 86400, 4, 5) AS bucket
        FROM requests
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND $__timeFilter_ms(requested_at)
    ),
    qualified AS
    (
        SELECT unit_id, max(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql', 'sal', 'sql')
        GROUP BY unit_id
    ),
    buckets AS
    (
        SELECT bucket, count() AS n, countIf(qualified.unit_id != '' AND qualified.entered >= asked.requested_at) AS yes,
            sumIf(n, bucket < 7) OVER () - n AS n_others, sumIf(yes, bucket < 7) OVER () - yes AS yes_others,
            [yes + 0.5, n - yes + 0.5, yes_others + 0.5, n_others - yes_others + 0.5] AS cells,
            cells[1] * cells[4] / cells[2] / cells[3] AS ratio,
            exp(z * sqrt(arraySum(c -> 1 / c, cells))) AS spread
        FROM asked
        LEFT JOIN qualified USING (unit_id)
        GROUP BY bucket
    )
SELECT
    ['within 5 minutes', 'within 10 minutes', 'within an hour', 'within a day', 'later', 'never', 'still waiting'][bucket] AS "First reply",
    n AS "Requests",
    n / sum(n) OVER () AS "Share",
    yes / n AS "Qualified after",
    (yes + z * z / 2 - z * sqrt(yes * (n - yes) / n + z * z / 4)) / (n + z * z) AS "from",
    (yes + z * z / 2 + z * sqrt(yes * (n - yes) / n + z * z / 4)) / (n + z * z) AS "to",
    if(bucket = 7 OR n_others <= 0, NULL, ratio) AS "Odds ratio",
    if(bucket = 7 OR n_others <= 0, NULL, ratio / spread) AS "odds from",
    if(bucket = 7 OR n_others <= 0, NULL, ratio * spread) AS "odds to"
FROM buckets
ORDER BY bucket

-- Who marketing qualified (MQL) and sales did not take (SAL, SQL), or the other way round, in the period, and how it ended.
WITH
    views AS
    (
        SELECT unit_id,
            minIf(entered_at, stage = 'mql') AS marketing, countIf(stage = 'mql') > 0 AS by_marketing,
            minIf(entered_at, stage IN ('sal', 'sql')) AS sales, countIf(stage IN ('sal', 'sql')) > 0 AS by_sales,
            minIf(entered_at, stage = 'won') AS won_at, countIf(stage = 'won') > 0 AS won,
            argMinIf(reason, entered_at, stage IN ('mql', 'sal', 'sql')) AS why,
            argMax(stage, (entered_at, entry_no)) AS last_stage
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = ''
        GROUP BY unit_id
        HAVING by_marketing != by_sales
    )
SELECT
    if(by_marketing, marketing, sales) AS "Qualified",
    unit_id AS "Id",
    if(by_marketing, 'marketing only', 'sales only') AS "By",
    why AS "Why",
    multiIf(won AND won_at >= "Qualified", 'won', toString(last_stage)) AS "Became",
    if(won AND won_at >= "Qualified", dateDiff('hour', "Qualified", won_at) / 24, NULL) AS "Days to win"
FROM views
WHERE $__timeFilter_ms("Qualified")
ORDER BY "Qualified" DESC, unit_id
LIMIT 200

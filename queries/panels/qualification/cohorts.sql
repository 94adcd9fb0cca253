-- The chosen definition month by month.
SELECT
    cohort AS "Leads of",
    units AS "Leads",
    flagged AS "Flagged",
    censored AS "Too young",
    if(precision_total = 0, NULL, precision) AS "Win rate",
    if(precision_total = 0, NULL, precision_low) AS "from",
    if(precision_total = 0, NULL, precision_high) AS "to",
    if(recall_total = 0, NULL, recall) AS "Wins caught",
    if(base_rate_total = 0, NULL, base_rate) AS "All leads",
    if(lift = 0, NULL, lift) AS "Lift"
FROM quality_definitions
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND definition = ${definition:sqlstring} AND cohort != ''
ORDER BY cohort, version

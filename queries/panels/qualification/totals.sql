-- Qualification in five figures: one row. Those of quality are of any definition, over the whole history of the run.
WITH
    (SELECT uniqExact(unit_id) FROM qualifications WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND $__timeFilter_ms(met_at)) AS qualified_now,
    (
        SELECT (flagged_share_of, flagged_share_total, precision_of, precision_total, recall_of, recall_total, lift, median_lead_days)
        FROM quality_definitions
        WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND cohort = '' AND definition = '(any)' AND route = ''
        LIMIT 1
    ) AS quality
SELECT
    qualified_now AS "Qualified",
    if(quality.2 = 0, NULL, quality.1 / quality.2) AS "Leads flagged",
    if(quality.4 = 0, NULL, quality.3 / quality.4) AS "Win rate",
    if(quality.6 = 0, NULL, quality.5 / quality.6) AS "Wins caught",
    if(quality.4 = 0 OR quality.7 = 0, NULL, quality.7) AS "Lift",
    if(quality.5 = 0, NULL, quality.8) AS "Median days to win"

-- Volume and quality of each definition and version. Volume is of the period, quality of the whole history of the run.
SELECT
    if(q.definition = '(any)', if(q.route = '', 'any of them', concat('any ', upper(q.route))), toString(q.definition)) AS "Definition",
    if(q.version = 0, '', toString(q.version)) AS "Version",
    upper(q.route) AS "Route",
    if(q.definition = '(any)', NULL, v.units) AS "In period",
    q.flagged AS "Flagged",
    if(q.flagged_share_total = 0, NULL, q.flagged_share) AS "Of leads",
    if(q.precision_total = 0, NULL, q.precision) AS "Win rate",
    if(q.precision_total = 0, NULL, q.precision_low) AS "from",
    if(q.precision_total = 0, NULL, q.precision_high) AS "to",
    if(q.recall_total = 0, NULL, q.recall) AS "Wins caught",
    if(q.lift = 0, NULL, q.lift) AS "Lift",
    if(q.recall_of = 0, NULL, q.median_lead_days) AS "Days to win",
    if(q.brier_units = 0, NULL, q.brier) AS "Brier",
    if(q.brier_units = 0, NULL, q.brier_reference) AS "By chance",
    q.censored AS "Too young",
    q.late + q.leaked AS "Too late"
FROM quality_definitions AS q
LEFT JOIN
(
    SELECT definition, definition_hash, uniqExact(unit_id) AS units
    FROM qualifications
    WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND $__timeFilter_ms(met_at)
    GROUP BY definition, definition_hash
) AS v ON v.definition = q.definition AND v.definition_hash = q.definition_hash
WHERE q.unit_kind = ${unit_kind:sqlstring} AND q.horizon_days = toUInt32(${horizon:sqlstring}) AND q.cohort = ''
ORDER BY q.definition = '(any)', q.precision DESC, q.definition, q.version, q.route = '', q.route

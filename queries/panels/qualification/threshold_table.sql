-- The same in numbers, for the lead score and for BANT.
SELECT
    if(score = 'bant', 'BANT', 'lead score') AS "Score",
    threshold AS "At least",
    if(in_use, 'in use', '') AS "Now",
    passed AS "Passed",
    if(win_rate_total = 0, NULL, win_rate) AS "Win rate",
    if(win_rate_total = 0, NULL, win_rate_low) AS "from",
    if(win_rate_total = 0, NULL, win_rate_high) AS "to",
    missed AS "Missed",
    if(lift = 0, NULL, lift) AS "Lift"
FROM quality_thresholds
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring})
ORDER BY score DESC, threshold

-- What each threshold of the score would pass on and win, in tens. Thresholds that hardly anybody reaches say nothing and are
-- left out.
SELECT
    concat('≥ ', toString(threshold), if(in_use, ' (in use)', '')) AS "Threshold",
    win_rate AS "Win rate",
    recall AS "Wins caught",
    flagged_share AS "Leads passed on"
FROM quality_thresholds
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND score = 'lead_score' AND win_rate_total > 0 AND (in_use OR win_rate_total >= 20 AND threshold % 10 = 0)
ORDER BY threshold

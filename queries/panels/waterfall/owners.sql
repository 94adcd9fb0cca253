-- How long units stay with each owner, stage by stage: finished stays of the period, and who waits there at the end of observation.
WITH (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until
SELECT
    multiIf(owner = '', '(nobody)', owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "Owner",
    if(stage IN ('mql', 'pql', 'cql', 'sal', 'sql'), upper(toString(stage)), toString(stage)) AS "Stage",
    count() AS "Entries",
    if(countIf(left_at IS NOT NULL) = 0, NULL, quantileExactInclusiveIf(0.5)(days, left_at IS NOT NULL)) AS "Median days",
    if(countIf(left_at IS NOT NULL) = 0, NULL, quantileExactInclusiveIf(0.9)(days, left_at IS NOT NULL)) AS "p90 days",
    countIf(left_at IS NULL) AS "There now",
    if("There now" = 0, NULL, quantileExactInclusiveIf(0.5)(days, left_at IS NULL)) AS "Median days so far",
    countIf(left_at IS NULL AND days > 30) AS "Over 30 days"
FROM
(
    SELECT unit_id, stage, owner, left_at, dateDiff('second', entered_at, ifNull(left_at, until)) / 86400 AS days
    FROM stages
    WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        AND stage IN ('inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'nurture') AND $__timeFilter_ms(entered_at)
)
GROUP BY owner, stage
ORDER BY indexOf(['marketing', 'product', 'sdr', 'ae', 'success'], toString(owner)), "Owner", indexOf(['inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'nurture'], toString(stage))

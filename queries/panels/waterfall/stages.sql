-- Every stage: entries and units in the period, returns, who is still there, and how long a stay lasts.
WITH
    ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn,
    entries AS
    (
        SELECT stage, owner, unit_id, entry_no, left_at, dateDiff('second', entered_at, left_at) / 86400 AS stayed
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND $__timeFilter_ms(entered_at)
    )
SELECT
    toString(stage) AS "Stage",
    if(topK(1)(owner)[1] IN ('sdr', 'ae'), upper(topK(1)(owner)[1]), topK(1)(owner)[1]) AS "Owner",
    uniqExact(unit_id) AS "Units",
    count() AS "Entries",
    countIf(entry_no > 1) AS "Returns",
    uniqExactIf(unit_id, entry_no > 1) / uniqExact(unit_id) AS "Came back",
    countIf(left_at IS NULL) AS "Still there",
    if(countIf(left_at IS NOT NULL) = 0, NULL, quantileExactInclusiveIf(0.5)(assumeNotNull(stayed), left_at IS NOT NULL)) AS "Median days there"
FROM entries
GROUP BY stage
ORDER BY indexOf(drawn, stage) = 0, indexOf(drawn, stage), stage

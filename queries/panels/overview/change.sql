-- The period against the one of the same length before it. Counts of independent events vary like a Poisson count even when
-- nothing changes, so a change is called real only when it exceeds twice the standard error of the difference.
WITH
    toUnixTimestamp($__toTime) - toUnixTimestamp($__fromTime) AS length,
    $__fromTime - length AS before_from,
    counted AS
    (
        SELECT 1 AS place, 'conversions' AS measure, countIf($__timeFilter_ms(converted_at)) AS now,
            countIf(converted_at >= before_from AND converted_at < $__fromTime) AS before
        FROM conversions
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        UNION ALL
        SELECT indexOf(['', 'inquiry', 'mql', 'pql', 'cql', 'opportunity'], toString(stage)) AS place, toString(stage) AS measure,
            countIf($__timeFilter_ms(entered_at)) AS now,
            countIf(entered_at >= before_from AND entered_at < $__fromTime) AS before
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND entry_no = 1
            AND stage IN ('inquiry', 'mql', 'pql', 'cql', 'opportunity')
        GROUP BY stage
    )
SELECT
    measure AS "Measure",
    now AS "This period",
    before AS "Period before",
    if(before = 0, NULL, now / before - 1) AS "Change",
    multiIf(before = 0, 'nothing to compare with', abs(toFloat64(now) - before) > 2 * sqrt(now + before), 'real', 'within chance') AS "Reading"
FROM counted
ORDER BY place

-- The period against the one of the same length before it, with the 95 % interval of the change.
--
-- Counts of independent events vary like a Poisson count even when nothing changes: the variance of a count is the count, that
-- of a sum of amounts is the sum of their squares. The interval is that of the ratio of two such sums, on the scale of its
-- logarithm. A change is called real when the interval leaves out no change. Where the data begin after the first
-- tenth of the period before, it is too short to compare with.
WITH
    toUnixTimestamp($__toTime) - toUnixTimestamp($__fromTime) AS length,
    $__fromTime - length AS before_from,
    (SELECT min(first_seen_at) FROM persons) > before_from + length / 10 AS too_late,
    counted AS
    (
        SELECT 1 AS place, 'conversions' AS measure, toFloat64(countIf($__timeFilter_ms(converted_at))) AS now,
            toFloat64(countIf(converted_at >= before_from AND converted_at < $__fromTime)) AS before, now AS now_variance, before AS before_variance
        FROM conversions
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        UNION ALL
        SELECT 2 AS place, 'amount' AS measure, sumIf(toFloat64(value), $__timeFilter_ms(converted_at)) AS now,
            sumIf(toFloat64(value), converted_at >= before_from AND converted_at < $__fromTime) AS before,
            sumIf(pow(toFloat64(value), 2), $__timeFilter_ms(converted_at)) AS now_variance,
            sumIf(pow(toFloat64(value), 2), converted_at >= before_from AND converted_at < $__fromTime) AS before_variance
        FROM conversions
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND currency = ${currency:sqlstring}
        UNION ALL
        SELECT 2 + indexOf(['inquiry', 'mql', 'pql', 'cql', 'opportunity', 'churned'], toString(stage)) AS place, if(stage IN ('mql', 'pql', 'cql'), upper(toString(stage)), toString(stage)) AS measure,
            toFloat64(countIf($__timeFilter_ms(entered_at))) AS now,
            toFloat64(countIf(entered_at >= before_from AND entered_at < $__fromTime)) AS before, now AS now_variance, before AS before_variance
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND entry_no = 1
            AND stage IN ('inquiry', 'mql', 'pql', 'cql', 'opportunity', 'churned')
        GROUP BY stage
    )
SELECT
    measure AS "Measure",
    now AS "This period",
    before AS "Period before",
    if(compared, now / before - 1, NULL) AS "Change",
    if(compared, (now / before) * exp(-1.959964 * sqrt(now_variance / (now * now) + before_variance / (before * before))) - 1, NULL) AS "from",
    if(compared, (now / before) * exp(1.959964 * sqrt(now_variance / (now * now) + before_variance / (before * before))) - 1, NULL) AS "to",
    multiIf(too_late, 'the data begin later', before <= 0, 'nothing to compare with', now <= 0, 'nothing in this period',
        "from" > 0 OR "to" < 0, 'real', 'within chance') AS "Reading"
FROM (SELECT *, NOT too_late AND before > 0 AND now > 0 AS compared FROM counted)
WHERE now != 0 OR before != 0 OR place = 1
ORDER BY place

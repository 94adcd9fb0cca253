-- What junk does to the rates: inquiries of the period, and how many have come further since, with the junk and without it.
WITH
    asked AS
    (
        SELECT unit_id, junk_reason, minIf(entered_at, stage = 'inquiry') AS inquired,
            [maxIf(entered_at, stage IN ('mql', 'pql', 'cql')), maxIf(entered_at, stage = 'sql'), maxIf(entered_at, stage = 'opportunity'), maxIf(entered_at, stage = 'won')] AS reached
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring}
        GROUP BY unit_id, junk_reason
        HAVING countIf(stage = 'inquiry') > 0 AND $__timeFilter_ms(inquired)
    )
SELECT
    concat('inquiry → ', ['lead', 'SQL', 'opportunity', 'customer'][step]) AS "Step",
    count() AS "Inquiries with junk",
    countIf(reached[step] >= inquired) / count() AS "Rate with junk",
    countIf(junk_reason = '') AS "Inquiries without",
    if("Inquiries without" = 0, NULL, countIf(junk_reason = '' AND reached[step] >= inquired) / "Inquiries without") AS "Rate without"
FROM asked
ARRAY JOIN [1, 2, 3, 4] AS step
GROUP BY step
ORDER BY step

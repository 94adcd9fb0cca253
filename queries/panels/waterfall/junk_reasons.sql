-- Why inquiries of the period are taken for junk. Junk that became a customer was none: the rule is wrong.
WITH asked AS
(
    SELECT unit_id, toString(junk_reason) AS reason, minIf(entered_at, stage = 'inquiry') AS inquired,
        countIf(stage IN ('mql', 'pql', 'cql')) > 0 AS qualified, countIf(stage = 'won') > 0 AS won
    FROM stages
    WHERE unit_kind = ${unit_kind:sqlstring}
    GROUP BY unit_id, reason
    HAVING countIf(stage = 'inquiry') > 0 AND $__timeFilter_ms(inquired)
)
SELECT
    if(reason = '', '(no junk)', replaceAll(reason, '_', ' ')) AS "Reason",
    count() AS "Inquiries",
    count() / sum(count()) OVER () AS "Share",
    countIf(qualified) AS "Qualified",
    countIf(won) AS "Won"
FROM asked
GROUP BY reason
ORDER BY "Inquiries" DESC, "Reason"

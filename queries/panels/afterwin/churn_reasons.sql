-- Why customers left in the period, and how long they had stayed.
WITH
    won AS
    (
        SELECT unit_id, min(entered_at) AS won_at
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'won'
        GROUP BY unit_id
    )
SELECT
    if(why = '', '(no reason given)', why) AS "Reason",
    uniqExact(c.unit_id) AS "Customers",
    "Customers" / sum("Customers") OVER () AS "Share",
    quantileExactInclusive(0.5)(dateDiff('second', w.won_at, c.left) / 86400) AS "Median days stayed"
FROM
(
    SELECT unit_id, entered_at AS left, replaceAll(trimBoth(replaceRegexpOne(reason, '^cancelled:?', '')), '_', ' ') AS why
    FROM stages
    WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage = 'churned' AND $__timeFilter_ms(entered_at)
) AS c
INNER JOIN won AS w ON w.unit_id = c.unit_id
GROUP BY why
ORDER BY "Customers" DESC, "Reason"
LIMIT 30

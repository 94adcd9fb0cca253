-- The segments of one split that the data hold, the largest first, at most 40; empty: the units without a value.
WITH
    (
        SELECT uniqExact(if({unit_kind:String} = 'person', person_id, account_id))
        FROM persons
        WHERE {unit_kind:String} = 'person' OR account_id != ''
    ) AS everybody,
    valued AS (SELECT unit_id, value FROM ({units:Subquery}) WHERE value != ''),
    (SELECT uniqExact(unit_id) FROM valued) AS somebody
SELECT value, units
FROM
(
    SELECT value, uniqExact(unit_id) AS units
    FROM valued
    GROUP BY value
    UNION ALL
    SELECT '' AS value, toUInt64(greatest(0, assumeNotNull(everybody) - assumeNotNull(somebody))) AS units
)
WHERE units > 0
ORDER BY units DESC, value
LIMIT 40

-- The conversions of a person or account, the latest first.
SELECT
    c.converted_at AS "Converted",
    c.conversion_type AS "Type",
    c.conversion_id AS "Conversion",
    toFloat64(c.value) AS "Amount",
    c.currency AS "Currency",
    arrayStringConcat(j.channels, ' › ') AS "Journey",
    c.unattributed_reason AS "No credit because"
FROM conversions AS c
LEFT JOIN journeys AS j ON j.journey_id = c.conversion_id AND j.outcome = 'converted'
WHERE c.unit_kind = {unit_kind:String} AND c.unit_id = {unit_id:String}
ORDER BY c.converted_at DESC, c.conversion_id
LIMIT 100

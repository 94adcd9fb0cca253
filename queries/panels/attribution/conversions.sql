-- The latest conversions; the ledger of each is a click away.
WITH latest AS
(
    SELECT unit_id, converted_at, conversion_id, toFloat64(value) AS amount, currency, unattributed_reason
    FROM conversions
    WHERE $__timeFilter_ms(converted_at)
        AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ORDER BY converted_at DESC, conversion_id
    LIMIT 200
)
SELECT
    c.converted_at AS "Converted",
    c.conversion_id AS "Conversion",
    c.amount AS "Amount",
    c.currency AS "Currency",
    length(j.touch_ids) AS "Touches",
    j.days_to_convert AS "Days",
    if(c.unattributed_reason = '', arrayStringConcat(arrayMap(n -> if(n.2 > 1, concat(n.1, ' ×', toString(n.2)), n.1),
        arrayMap(run -> (run[1], length(run)), arraySplit((name, i) -> i > 1 AND name != j.channels[i - 1], j.channels, arrayEnumerate(j.channels)))), ' › '),
        c.unattributed_reason) AS "Journey"
FROM latest AS c
LEFT JOIN
(
    SELECT journey_id, touch_ids, channels, days_to_convert
    FROM journeys
    WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND outcome = 'converted'
        AND unit_id IN (SELECT unit_id FROM latest)
) AS j ON j.journey_id = c.conversion_id
ORDER BY c.converted_at DESC, c.conversion_id

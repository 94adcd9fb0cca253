-- The latest conversions; the ledger of each is a click away.
SELECT
    c.converted_at AS "Converted",
    c.conversion_id AS "Conversion",
    toFloat64(c.value) AS "Amount",
    c.currency AS "Currency",
    length(j.touch_ids) AS "Touches",
    j.days_to_convert AS "Days",
    if(c.unattributed_reason = '', arrayStringConcat(arrayMap(n -> if(n.2 > 1, concat(n.1, ' ×', toString(n.2)), n.1),
        arrayMap(run -> (run[1], length(run)), arraySplit((name, i) -> i > 1 AND name != j.channels[i - 1], j.channels, arrayEnumerate(j.channels)))), ' › '),
        c.unattributed_reason) AS "Journey"
FROM conversions AS c
LEFT JOIN journeys AS j ON j.journey_id = c.conversion_id AND j.outcome = 'converted'
WHERE $__timeFilter_ms(c.converted_at)
    AND c.unit_kind = ${unit_kind:sqlstring} AND c.conversion_type = ${conversion_type:sqlstring}
ORDER BY c.converted_at DESC, c.conversion_id
LIMIT 200

-- What a conversion is: one row.
SELECT
    c.conversion_type AS "Conversion",
    c.converted_at AS "When",
    c.unit_id AS "Id",
    toFloat64(c.value) AS "Amount",
    c.currency AS "Currency",
    c.cycle_no AS "Cycle",
    length(j.touch_ids) AS "Touches",
    j.days_to_convert AS "Days to convert",
    c.unattributed_reason AS "No credit because",
    c.event_id AS "Event",
    c.unit_kind AS unit_kind
FROM conversions AS c
LEFT JOIN journeys AS j ON j.journey_id = c.conversion_id AND j.outcome = 'converted'
WHERE c.conversion_id = {id:String}
LIMIT 1

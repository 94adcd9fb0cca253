-- One conversion of the published run.
SELECT unit_kind, unit_id, conversion_type, converted_at, toFloat64(value) AS value, currency, event_id, unattributed_reason
FROM conversions
WHERE conversion_id = {conversion_id:String}

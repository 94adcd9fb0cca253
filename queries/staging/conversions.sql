-- The conversions of one kind of unit, in the order of its touches.
SELECT conversion_id, unit_kind, unit_id, conversion_type, cycle_no, converted_at, value, currency, event_id
FROM conversions_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}
ORDER BY unit_id, converted_at, conversion_type, cycle_no

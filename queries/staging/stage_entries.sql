-- Stage entries of one kind of unit, in order.
SELECT unit_id, stage, entered_at, left_at
FROM stages_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND junk_reason = ''
ORDER BY unit_id, entered_at, indexOf({stage_order:Array(String)}, stage)

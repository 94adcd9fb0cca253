-- Stage entries of one kind of unit, in order; of entries at the same instant the earlier stage of the drawn funnel first.
SELECT unit_id, stage AS state, entered_at AS at
FROM stages_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND junk_reason = ''
ORDER BY unit_id, entered_at, indexOf({stage_order:Array(String)}, stage)

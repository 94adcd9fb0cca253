-- The points that each unit of a kind earned, in order of time.
SELECT unit_id, event_ts, points, half_life_days
FROM score_ledger_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}
ORDER BY unit_id, event_ts, event_id, signal

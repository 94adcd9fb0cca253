-- When sales first took each unit as qualified: accepted or qualified by itself.
SELECT unit_id, min(entered_at) AS met_at
FROM stages_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String} AND junk_reason = '' AND stage IN ('sal', 'sql')
GROUP BY unit_id
ORDER BY unit_id

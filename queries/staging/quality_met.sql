-- The first time that each unit met each definition.
SELECT unit_id, definition, version, definition_hash, route, met_at, score, latest_evidence
FROM flags_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String}
ORDER BY unit_id, met_at, definition, version

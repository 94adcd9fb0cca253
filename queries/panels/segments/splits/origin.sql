-- Where each unit came from when it entered its first stage. As of a run: see first_qualified_by.sql.
SELECT unit_id, toString(argMin(origin, (entered_at, entry_no))) AS value
FROM stages_at(run = {run:UInt64})
WHERE unit_kind = {unit_kind:String}
GROUP BY unit_id

-- The route that qualified each unit first. It reads stages as of a run, since the conditions of members.sql are laid on the view
-- stages itself, which would then ask for itself without end.
SELECT unit_id, upper(argMin(toString(stage), entered_at)) AS value
FROM stages_at(run = {run:UInt64})
WHERE unit_kind = {unit_kind:String} AND stage IN ('mql', 'pql', 'cql')
GROUP BY unit_id

-- When the lead and the opportunity of each unit were created: the milestones that B2B models give credit to.
-- Only those of the units that the run recomputes.
SELECT
    unit_id,
    if(stage = 'inquiry', 'lead_created', 'opportunity_created') AS kind,
    entered_at
FROM stages_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND stage IN ('inquiry', 'opportunity') AND junk_reason = ''
ORDER BY unit_id, entered_at, kind

-- The published run, or the given one, with what it credits and whether its rows are kept beside its figures. No row when
-- there is no such run.
SELECT
    run_id,
    if(JSONExtractString(parameters, 'credit', 'dimension') = '', 'channel', JSONExtractString(parameters, 'credit', 'dimension')) AS dimension,
    run_id IN (SELECT run_id FROM attribution_effects_by_run) AS kept
FROM runs FINAL
WHERE status = 'published' AND run_id = if({as_of:UInt64} = 0, (SELECT run_id FROM published_run), {as_of:UInt64})

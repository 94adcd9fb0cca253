-- The published run, or the given one, with what it credits, whether its rows are kept beside its figures, and the models that
-- it computed. No row when there is no such run.
WITH if({as_of:UInt64} = 0, (SELECT run_id FROM published_run), {as_of:UInt64}) AS wanted
SELECT
    run_id,
    if(JSONExtractString(parameters, 'credit', 'dimension') = '', 'channel', JSONExtractString(parameters, 'credit', 'dimension')) AS dimension,
    run_id IN (SELECT run_id FROM attribution_effects_by_run) AS kept,
    (SELECT groupUniqArray(toString(model)) FROM attribution_figures WHERE run_id = wanted) AS models
FROM runs FINAL
WHERE status = 'published' AND run_id = wanted

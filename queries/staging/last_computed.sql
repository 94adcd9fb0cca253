-- The run that computed each person last, of those that a run since the base has; the base computed the others.
SELECT unit_id, max(run_id) AS replaced_run_id
FROM recomputed_units_at(run = {previous_run:UInt64})
WHERE unit_kind = 'person'
GROUP BY unit_id

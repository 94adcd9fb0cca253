-- What rules credit to each channel in the journeys that a run cut anew, less what they credited in those that it replaced, for
-- all types of conversion; in whole 1e-15 as rule_credit.sql has it.
SELECT conversion_type, rule_model AS model, channel,
    toInt64(intDiv(sum(if(run_id = {run_id:UInt64}, 1, -1) * toInt128(round(rule_weight * 1e15))) AS parts, 1000000000000000)) AS whole,
    toInt64(parts % 1000000000000000) AS rest
FROM credited_touches_by_run
ARRAY JOIN model AS rule_model, weight AS rule_weight
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run_id:UInt64})) AND run_id <= {run_id:UInt64}
  AND unit_kind = {unit_kind:String} AND touch_id != ''
  AND (run_id = {run_id:UInt64}
    OR cityHash64(unit_id, run_id) IN (SELECT cityHash64(unit_id, replaced_run_id) FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}))
GROUP BY conversion_type, model, channel

-- Credit by rule, channel and bucket of units: what intervals of rules are made of.
SELECT rule_model AS model, channel, toUInt32(cityHash64(unit_id) % {buckets:UInt32}) AS bucket, sum(rule_weight) AS credit
FROM credited_touches_by_run
ARRAY JOIN model AS rule_model, weight AS rule_weight
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND touch_id != ''
GROUP BY model, channel, bucket
ORDER BY model, channel, bucket

-- Credit by rule, channel and bucket of units: what intervals of rules are made of; with one bucket, the credit alone.
-- Summed in whole 1e-15, since a sum of floating-point numbers depends on their order, and figures must not. They come as
-- whole conversions and the rest, neither of which is rounded.
SELECT rule_model AS model, channel, toUInt32(cityHash64(unit_id) % {buckets:UInt32}) AS bucket,
    toInt64(intDiv(sum(toInt128(round(rule_weight * 1e15))) AS parts, 1000000000000000)) AS whole, toInt64(parts % 1000000000000000) AS rest
FROM credited_touches_at(run = {run_id:UInt64})
ARRAY JOIN model AS rule_model, weight AS rule_weight
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND touch_id != ''
GROUP BY model, channel, bucket
ORDER BY model, channel, bucket

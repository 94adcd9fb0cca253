-- Credit of whole months as a run said it whose rows are dropped, in the shape of model_credit.sql; without buckets, for
-- intervals are not kept.
SELECT
    '' AS part, toString(model) AS model, toString(channel) AS name, toUInt32(0) AS bucket, toString(currency) AS currency,
    sum(conversions) AS conversions, toFloat64(sum(value)) AS value
FROM attribution_figures FINAL
WHERE run_id = {run:UInt64} AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
  AND month >= toDate({from:DateTime64(3, 'UTC')}) AND month < toDate({until:DateTime64(3, 'UTC')})
  AND (empty({models:Array(String)}) OR has({models:Array(String)}, toString(model)))
GROUP BY model, name, currency
ORDER BY model, name, currency

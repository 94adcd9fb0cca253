-- The touches of one conversion with the weight that each model gives them. Touches without any weight are left out by
-- the ledger.
SELECT
    position,
    any(ledger.touch_ts) AS touch_ts,
    any(ledger.channel) AS channel,
    any(ledger.touch_id) AS touch_id,
    sumIf(weight, model = 'first') AS first,
    sumIf(weight, model = 'last') AS last,
    sumIf(weight, model = 'linear') AS linear,
    sumIf(weight, model = 'time_decay') AS time_decay,
    sumIf(weight, model = 'u_shaped') AS u_shaped,
    sumIf(weight, model = 'markov_1') AS markov,
    anyIf(credited_value, model = 'markov_1') AS markov_value,
    any(ledger.touches) AS touches,
    any(if(ledger.touch_id = '', ledger.rule, '')) AS reason
FROM attribution_ledger AS ledger
WHERE conversion_id = {conversion_id:String}
GROUP BY position
ORDER BY position

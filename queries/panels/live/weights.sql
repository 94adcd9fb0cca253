-- What each model gives each touch of a conversion; for each model the weights add up to 1. Models that give the same stand
-- beside one another only by name.
SELECT
    if(touch_id = '', channel, concat(toString(position), ' · ', toString(channel))) AS touch,
    toString(model) AS model,
    sum(weight) AS weight
FROM attribution_ledger
WHERE conversion_id = {id:String}
GROUP BY position, channel, touch_id, model
ORDER BY position, model

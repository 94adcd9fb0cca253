-- Journeys of the published run as counted paths, those without touches or too young to tell left out.
SELECT channels, toFloat64(countIf(outcome = 'converted')) AS conversions, toFloat64(countIf(outcome = 'not_converted')) AS nulls, toFloat64(sum(value)) AS value
FROM journeys
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND outcome != 'censored' AND notEmpty(channels)
GROUP BY channels
ORDER BY channels

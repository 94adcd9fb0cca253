-- Journeys of one kind of unit and type of conversion as models are fitted to them, unit by unit: those that converted or
-- certainly did not, with a touch.
SELECT unit_id, channels, outcome = 'converted' AS converted, value
FROM journeys_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
  AND outcome != 'censored' AND notEmpty(channels)
ORDER BY unit_id, journey_id

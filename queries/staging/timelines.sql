-- Journeys with their times, censored ones too, unit by unit: what models of time are fitted to.
SELECT unit_id, journey_id, channels, ages, discovered, outcome = 'converted' AS converted, value
FROM journeys_by_run
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
  AND notEmpty(channels) AND ({converted_only:Bool} = false OR outcome = 'converted')
ORDER BY unit_id, journey_id

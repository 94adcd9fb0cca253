-- Journeys with their times, censored ones too, unit by unit: what models of time are fitted to. Those that are too young to
-- tell have lasted until the end of observation, which moves on while they don't change. Times are days to a journey's end.
-- Of all units, or of every second, fourth, … by a hash; of the others those that converted, which are only weighed.
SELECT
    unit_id, journey_id, channels,
    if(outcome = 'censored', greatest(0, dateDiff('millisecond', ended_at, {observed_until:DateTime64(3, 'UTC')}) / 86400000), 0) AS since,
    arrayMap(age -> age + since, ages) AS ages,
    discovered, outcome = 'converted' AS converted,
    greatest(0, ifNull(ages[1] - dateDiff('millisecond', started_at, entered_at) / 86400000, 0)) AS entered,
    greatest(0, ifNull(ages[1] - dateDiff('millisecond', started_at, previous_at) / 86400000, 0)) AS repeated,
    xxHash64(unit_id) % {every:UInt64} = 0 AS sampled
FROM journeys_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
  AND notEmpty(channels) AND (outcome = 'converted' OR sampled)
ORDER BY unit_id, journey_id

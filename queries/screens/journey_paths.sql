-- Journeys of a slice of a run as counted paths, those without touches or too young to tell left out. A journey belongs to the
-- period in which it ended: it converted, or was touched last. Value is that of one currency; of all where there is none.
SELECT channels, toFloat64(countIf(outcome = 'converted')) AS conversions, toFloat64(countIf(outcome = 'not_converted')) AS nulls,
    toFloat64(sumIf(value, {currency:String} = '' OR journey_id IN
    (
        SELECT conversion_id FROM conversions_at(run = {run:UInt64})
        WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND currency = {currency:String}
    ))) AS value
FROM journeys_at(run = {run:UInt64})
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND outcome != 'censored' AND notEmpty(channels)
  AND ended_at >= {from:DateTime64(3, 'UTC')} AND ended_at < {until:DateTime64(3, 'UTC')}
  AND ({attribute:String} = '' OR unit_id IN
      (
          SELECT unit_id FROM unit_attributes_at(run = {run:UInt64}, unit_kind = {unit_kind:String}, attribute = {attribute:String})
          WHERE {attribute:String} != '' AND value = {value:String}
      ))
GROUP BY channels
ORDER BY channels

-- Conversions of a slice of a run that no touch gets credit for, by the reason.
SELECT toString(unattributed_reason) AS reason, count() AS conversions
FROM conversions_at(run = {run:UInt64})
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String} AND unattributed_reason != ''
  AND converted_at >= {from:DateTime64(3, 'UTC')} AND converted_at < {until:DateTime64(3, 'UTC')}
  AND ({attribute:String} = '' OR unit_id IN
      (
          SELECT unit_id FROM unit_attributes_at(run = {run:UInt64}, unit_kind = {unit_kind:String}, attribute = {attribute:String})
          WHERE {attribute:String} != '' AND value = {value:String}
      ))
GROUP BY reason
ORDER BY conversions DESC, reason

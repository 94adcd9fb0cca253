-- The ways most units went, loops folded for the eye, the short ones left out.
SELECT compressed AS path, units, won, median_days
FROM path_variants
WHERE unit_kind = {unit_kind:String} AND state_kind = 'stage' AND length >= {min_length:UInt32} AND variant != '(remaining)'
ORDER BY won DESC, units DESC, path
LIMIT {top:UInt32}

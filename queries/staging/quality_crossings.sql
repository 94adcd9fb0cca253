-- When each unit's score first reached each step, step by step.
SELECT unit_id, threshold, reached_at
FROM score_peaks_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String} AND score = {score:String}
ORDER BY threshold, unit_id

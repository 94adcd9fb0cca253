-- When the answers to BANT first reached each quarter.
SELECT unit_id, threshold, min(answered_at) AS reached_at
FROM bant_answers_at(run = {run_id:UInt64})
ARRAY JOIN [25., 50., 75., 100.] AS threshold
WHERE unit_kind = {unit_kind:String} AND score >= threshold
GROUP BY unit_id, threshold
ORDER BY unit_id, threshold

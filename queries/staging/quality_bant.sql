-- When the answers to BANT of the units that the run computes first reached each quarter.
SELECT unit_id, threshold, min(answered_at) AS reached_at
FROM bant_answers_by_run
ARRAY JOIN [25., 50., 75., 100.] AS threshold
WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND score >= threshold
GROUP BY unit_id, threshold
ORDER BY unit_id, threshold

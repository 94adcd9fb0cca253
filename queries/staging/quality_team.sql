-- What the team itself says (ESAT): mean answer and number, by team where the survey names one, else ''.
SELECT JSONExtractString(properties, 'team') AS team, avg(assumeNotNull(survey_score)) AS esat, count() AS answers
FROM person_events_at(run = {run_id:UInt64})
WHERE survey = 'esat' AND isNotNull(survey_score)
GROUP BY team
ORDER BY team

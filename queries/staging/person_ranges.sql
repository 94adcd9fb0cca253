-- How many events a run wrote of the people whose ids begin alike, in the order of the ids.
SELECT substring(person_id, 1, 4) AS first_person, count() AS events
FROM person_events_by_run
WHERE run_id = {run_id:UInt64}
GROUP BY first_person
ORDER BY first_person

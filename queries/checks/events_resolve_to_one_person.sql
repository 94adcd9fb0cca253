-- Every event of the run belongs to exactly one person.
SELECT source, event_id, uniqExact(person_id) AS persons
FROM person_events
GROUP BY source, event_id
HAVING persons != 1 OR any(person_id) = ''
ORDER BY source, event_id

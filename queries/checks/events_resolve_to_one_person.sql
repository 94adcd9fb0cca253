-- Every event of the run belongs to one person at most; an event that names no one (advertising cost) to none.
SELECT source, event_id, uniqExact(person_id) AS persons
FROM person_events
GROUP BY source, event_id
HAVING persons != 1
ORDER BY source, event_id

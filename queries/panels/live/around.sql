-- What the person of an event did from an hour before it to a day after it.
WITH (SELECT (any(person_id), min(event_ts)) FROM person_events WHERE event_id = {id:String}) AS about
SELECT
    event_ts AS "When",
    if(name = '', toString(kind), toString(name)) AS "Event",
    replaceAll(toString(meaning), '_', ' ') AS "Meaning",
    url AS "Page",
    toString(source) AS "Source",
    person_id AS "Person",
    event_id AS "Event id"
FROM person_events
WHERE person_id = about.1 AND event_ts BETWEEN about.2 - INTERVAL 1 HOUR AND about.2 + INTERVAL 1 DAY
ORDER BY event_ts, source, event_id
LIMIT 300

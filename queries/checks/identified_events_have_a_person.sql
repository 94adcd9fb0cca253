-- An event that carries an identifier belongs to a person: nobody's history is lost on the way.
SELECT e.source AS source, e.event_id AS event_id
FROM events_deduplicated AS e
INNER JOIN person_events AS p ON p.source = e.source AND p.event_id = e.event_id
WHERE (e.user_id != '' OR e.anonymous_id != '' OR e.email != '') AND p.person_id = ''
ORDER BY source, event_id

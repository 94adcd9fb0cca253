-- An event as it was stored, with the place in Kafka that it came from; several where sources gave the same id.
SELECT *
FROM events_deduplicated
WHERE event_id = {id:String}
ORDER BY source
LIMIT 5

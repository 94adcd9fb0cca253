-- Dead letters whose bytes may mention somebody; Go looks closer. Rows that a newer one replaced are on disk too.
-- Not logged: the words are what is to be forgotten.
SELECT topic, partition, offset, concat(key, '\n', raw, '\n', detail) AS text
FROM events_rejected
WHERE multiSearchAnyCaseInsensitive(concat(key, '\n', raw, '\n', detail), {words:Array(String)})
ORDER BY topic, partition, offset, item
SETTINGS log_queries = 0

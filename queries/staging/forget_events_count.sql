-- Events that belong to the identifiers with these digests, by the rule of person_events.sql: an event is its user's, else
-- its device's, else its address's.
SELECT count() AS rows
FROM events
WHERE lower(hex(substring(SHA256(concat({salt:String}, '\0', multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'), '\0', multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email))), 1, 16))) IN {digests:Array(String)}

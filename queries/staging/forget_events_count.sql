-- Events that belong to the identifiers with these digests, by the rule of person_events.sql: an event is its user's, else
-- its device's, else its address's.
WITH (kind, value) -> lower(hex(substring(SHA256(concat({salt:String}, '\0', kind, '\0', value)), 1, 16))) AS digest_of
SELECT count() AS rows
FROM events
WHERE digest_of(multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'),
                multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email)) IN {digests:Array(String)}

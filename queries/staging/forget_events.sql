-- Removes the events of forgotten people that were ingested since then, and what replays and topics read anew brought back.
-- Physically, before it returns; the parts that held them are deleted by ClickHouse some minutes later.
ALTER TABLE events
DELETE WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND lower(hex(substring(SHA256(concat({salt:String}, '\0',
            multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'), '\0',
            multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email))), 1, 16)))
        IN (SELECT digest FROM forgotten WHERE id_kind IN ('user', 'anonymous', 'email'))
SETTINGS mutations_sync = 2

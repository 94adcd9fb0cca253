-- What of forgotten people has come back since then: their events, their addresses in events of others, dead letters.
SELECT
    (
        SELECT count() FROM events
        WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND lower(hex(substring(SHA256(concat({salt:String}, '\0', multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'), '\0', multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email))), 1, 16)))
              IN (SELECT digest FROM forgotten WHERE id_kind IN ('user', 'anonymous', 'email'))
    ) AS events,
    (
        SELECT count() FROM events
        WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND (position(email, '@') > 0 OR match(properties, '(?i)@|%40') OR match(url, '(?i)@|%40') OR match(referrer, '(?i)@|%40'))
          AND arrayExists(x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'), lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))), extractAll(replaceRegexpAll(concat(email, ' ', properties, ' ', url, ' ', referrer), '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+'))
    ) AS mentions,
    (
        SELECT count() FROM events_rejected
        WHERE rejected_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND lower(hex(substring(SHA256(concat({salt:String}, '\0', 'letter', '\0', concat(topic, '/', toString(partition), '/', toString(offset)))), 1, 16))) IN (SELECT digest FROM forgotten WHERE id_kind = 'letter')
    ) AS letters

-- What of forgotten people has come back since then: their events, their addresses in events of others, dead letters.
WITH
    (kind, value) -> lower(hex(substring(SHA256(concat({salt:String}, '\0', kind, '\0', value)), 1, 16))) AS digest_of,
    text -> extractAll(replaceRegexpAll(text, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+') AS addresses
SELECT
    (
        SELECT count() FROM events
        WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND digest_of(multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'),
                        multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email))
              IN (SELECT digest FROM forgotten WHERE id_kind IN ('user', 'anonymous', 'email'))
    ) AS events,
    (
        SELECT count() FROM events
        WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND (position(email, '@') > 0 OR match(properties, '(?i)@|%40') OR match(url, '(?i)@|%40') OR match(referrer, '(?i)@|%40'))
          AND arrayExists(x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'), digest_of('email', lower(x))),
                          addresses(concat(email, ' ', properties, ' ', url, ' ', referrer)))
    ) AS mentions,
    (
        SELECT count() FROM events_rejected
        WHERE rejected_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
          AND digest_of('letter', concat(topic, '/', toString(partition), '/', toString(offset)))
              IN (SELECT digest FROM forgotten WHERE id_kind = 'letter')
    ) AS letters

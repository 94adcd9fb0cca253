-- Events of others that hold a forgotten address: in their column email, in the properties or in an address.
WITH
    (kind, value) -> lower(hex(substring(SHA256(concat({salt:String}, '\0', kind, '\0', value)), 1, 16))) AS digest_of,
    text -> extractAll(replaceRegexpAll(text, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+') AS addresses
SELECT count() AS rows
FROM events
WHERE (position(email, '@') > 0 OR match(properties, '(?i)@|%40') OR match(url, '(?i)@|%40') OR match(referrer, '(?i)@|%40'))
  AND digest_of(multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'),
                multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email)) NOT IN {digests:Array(String)}
  AND arrayExists(x -> has({emails:Array(String)}, digest_of('email', lower(x))),
                  addresses(concat(email, ' ', properties, ' ', url, ' ', referrer)))

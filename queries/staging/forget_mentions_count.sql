-- Events of others that hold a forgotten address: in their column email, in the properties or in an address.
SELECT count() AS rows
FROM events
WHERE (position(email, '@') > 0 OR match(properties, '(?i)@|%40') OR match(url, '(?i)@|%40') OR match(referrer, '(?i)@|%40'))
  AND lower(hex(substring(SHA256(concat({salt:String}, '\0', multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email'), '\0', multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email))), 1, 16))) NOT IN {digests:Array(String)}
  AND arrayExists(x -> has({emails:Array(String)}, lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))), extractAll(replaceRegexpAll(concat(email, ' ', properties, ' ', url, ' ', referrer), '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+'))

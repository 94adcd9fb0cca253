-- Takes the addresses of forgotten people out of the events of others. A mutation takes no WITH, so digest and addresses are
-- written out at every column, as forgotten_returned.sql defines them.
ALTER TABLE events
UPDATE
    email = if(has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
        lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', email)), 1, 16)))), '', email),
    properties = arrayFold((text, x) -> replaceAll(text, x, '(forgotten)'),
        arrayFilter(
            x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
                lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
            extractAll(replaceRegexpAll(properties, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+')),
        replaceRegexpAll(properties, '(?i)%40', '@')),
    url = arrayFold((text, x) -> replaceAll(text, x, '(forgotten)'),
        arrayFilter(
            x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
                lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
            extractAll(replaceRegexpAll(url, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+')),
        replaceRegexpAll(url, '(?i)%40', '@')),
    referrer = arrayFold((text, x) -> replaceAll(text, x, '(forgotten)'),
        arrayFilter(
            x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
                lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
            extractAll(replaceRegexpAll(referrer, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+')),
        replaceRegexpAll(referrer, '(?i)%40', '@'))
WHERE ingested_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
  AND (position(email, '@') > 0 OR match(properties, '(?i)@|%40') OR match(url, '(?i)@|%40') OR match(referrer, '(?i)@|%40'))
  AND arrayExists(
      x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
          lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
      extractAll(replaceRegexpAll(concat(email, ' ', properties, ' ', url, ' ', referrer), '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+'))
SETTINGS mutations_sync = 2

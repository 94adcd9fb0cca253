-- Takes the addresses of forgotten people out of a column of text. ClickHouse takes no parameter on the left of an
-- assignment: models.Forget puts one of the names of forget_tables.sql for text_column.
ALTER TABLE {table:Identifier}
UPDATE text_column = arrayFold((text, x) -> replaceAll(text, x, '(forgotten)'),
        arrayFilter(
            x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
                lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
            extractAll(replaceRegexpAll(text_column, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+')),
        replaceRegexpAll(text_column, '(?i)%40', '@'))
WHERE match(text_column, '(?i)@|%40')
  AND arrayExists(
      x -> has((SELECT groupArray(digest) FROM forgotten WHERE id_kind = 'email'),
          lower(hex(substring(SHA256(concat({salt:String}, '\0', 'email', '\0', lower(x))), 1, 16)))),
      extractAll(replaceRegexpAll(text_column, '(?i)%40', '@'), '[\\p{L}\\p{N}_.+-]+@[\\p{L}\\p{N}-]+(?:[.][\\p{L}\\p{N}-]+)+'))
SETTINGS mutations_sync = 2

-- Counts a table's rows about the accounts the person belonged to.
SELECT count() AS rows
FROM {table:Identifier}
WHERE lower(hex(substring(SHA256(concat({salt:String}, '\0', 'account', '\0', {id:Identifier})), 1, 16))) IN {digests:Array(String)}

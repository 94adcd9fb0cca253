-- Removes a table's rows about the accounts the person belonged to.
ALTER TABLE {table:Identifier}
DELETE WHERE lower(hex(substring(SHA256(concat({salt:String}, '\0', 'account', '\0', {id:Identifier})), 1, 16))) IN {digests:Array(String)}
SETTINGS mutations_sync = 2

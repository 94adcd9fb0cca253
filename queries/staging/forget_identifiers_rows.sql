-- Removes a table's rows that name an identifier of the person.
ALTER TABLE {table:Identifier}
DELETE WHERE lower(hex(substring(SHA256(concat({salt:String}, '\0', {kind:Identifier}, '\0', {id:Identifier})), 1, 16))) IN {digests:Array(String)}
   OR lower(hex(substring(SHA256(concat({salt:String}, '\0', {kind2:Identifier}, '\0', {id2:Identifier})), 1, 16))) IN {digests:Array(String)}
SETTINGS mutations_sync = 2

-- Takes the person, and the accounts the person belonged to, out of the examples of a path.
ALTER TABLE path_variants_by_run
UPDATE examples = arrayFilter(x -> NOT has({digests:Array(String)}, lower(hex(substring(SHA256(concat({salt:String}, '\0', unit_kind, '\0', x)), 1, 16)))), examples)
WHERE arrayExists(x -> has({digests:Array(String)}, lower(hex(substring(SHA256(concat({salt:String}, '\0', unit_kind, '\0', x)), 1, 16)))), examples)
SETTINGS mutations_sync = 2

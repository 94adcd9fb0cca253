-- Everything that a request has forgotten.
SELECT id_kind, digest
FROM forgotten FINAL
WHERE request = {request:String}
ORDER BY id_kind, digest

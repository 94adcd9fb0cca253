-- When, and by which request, an identifier with one of these digests was forgotten.
SELECT request, forgotten_at
FROM forgotten FINAL
WHERE digest IN {digests:Array(String)}
ORDER BY forgotten_at DESC
LIMIT 1

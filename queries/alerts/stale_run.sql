-- Seconds since a run was last published: one row; no row where none ever was.
SELECT toFloat64(dateDiff('second', max(updated_at), now64(3, 'UTC'))) AS value
FROM runs FINAL
WHERE status = 'published'
HAVING count() > 0

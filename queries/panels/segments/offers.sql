-- The segments that the data hold, the largest of each split first, at most 40 of each.
SELECT split_by, value, count() AS units
FROM ({units:Subquery})
GROUP BY split_by, value
ORDER BY split_by, units DESC, value
LIMIT 40 BY split_by

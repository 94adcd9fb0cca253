-- The columns of every table of this database, in their order.
SELECT table, name, type, comment
FROM system.columns
WHERE database = currentDatabase()
ORDER BY table, position

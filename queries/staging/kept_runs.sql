-- Run numbers that some table still holds rows of.
SELECT DISTINCT table, toUInt64(partition) AS run_id
FROM system.parts
WHERE active AND database = currentDatabase() AND endsWith(table, '_by_run')
ORDER BY table, run_id

-- The tables and views of this database.
SELECT name, engine, sorting_key, comment
FROM system.tables
WHERE database = currentDatabase() AND name != 'schema_migrations'
ORDER BY name

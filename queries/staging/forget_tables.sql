-- Tables with rows, their columns, and those of them that hold text in people's words.
SELECT
    table,
    groupArray(name) AS columns,
    groupArrayIf(name, type = 'String' AND is_in_sorting_key = 0
        AND name IN ('email', 'properties', 'url', 'referrer', 'text', 'quote', 'why', 'reason', 'detail', 'landing_page')) AS texts
FROM (SELECT * FROM system.columns WHERE database = currentDatabase() ORDER BY table, position)
WHERE table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND endsWith(engine, 'MergeTree'))
GROUP BY table
ORDER BY table

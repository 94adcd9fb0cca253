-- The steps in the form of staging/path_steps.sql.
SELECT unit_id, toLowCardinality('stage') AS kind, state AS name, at
FROM bench_path_steps
ORDER BY unit_id, at, place
SETTINGS output_format_arrow_low_cardinality_as_dictionary = 1

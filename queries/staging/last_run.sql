-- The highest run number ever given, 0 when there is none.
SELECT max(run_id) AS run_id FROM runs

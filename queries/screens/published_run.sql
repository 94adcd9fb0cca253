-- The run that readers see; 0 when there is none.
SELECT run_id FROM published_run

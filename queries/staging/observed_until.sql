-- End of observation of a run: the latest event time it read.
SELECT observed_until FROM runs FINAL WHERE run_id = {run_id:UInt64}

-- What the run before wrote to a table of path reports: whose intervals a run may carry on.
SELECT * FROM {table:Identifier} WHERE run_id = {previous_run:UInt64}

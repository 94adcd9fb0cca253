-- How many units this run recomputes since they changed, beside all that the run before had.
SELECT
    (SELECT count() FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person' AND reason != 'junk_identifier') AS persons,
    (SELECT count() FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'account') AS accounts,
    (SELECT count() FROM persons_at(run = {previous_run:UInt64})) AS all_persons

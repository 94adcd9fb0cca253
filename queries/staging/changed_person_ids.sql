-- The people whom this run recomputes.
SELECT unit_id AS person_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person'

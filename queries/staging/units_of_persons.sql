-- The people to evaluate, in the order of their signals.
SELECT person_id AS unit_id, account_id, email, junk_reason
FROM persons_by_run
WHERE run_id = {run_id:UInt64}
ORDER BY unit_id

-- The people to evaluate, in the order of their signals: those of one run, or with every_version all that the view
-- `persons` shows.
SELECT person_id AS unit_id, account_id, email, junk_reason
FROM {persons:Identifier}
WHERE {every_version:Bool} OR run_id = {run_id:UInt64}
ORDER BY unit_id

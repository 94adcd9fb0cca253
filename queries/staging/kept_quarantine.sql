-- Claims that the run before did not believe and that this one had no reason to look at: the people at both ends are as they
-- were. Junk is no one: a claim about it is its other end's.
INSERT INTO identity_quarantine_by_run (run_id, a_kind, a_value, b_kind, b_value, rule, at, reason, a_person_id, b_person_id)
WITH
    changed AS
    (
        SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person'
    ),
    junk AS
    (
        SELECT id_kind, id_value FROM person_identities_at(run = {run_id:UInt64}) WHERE junk = 1
    )
SELECT {run_id:UInt64}, a_kind, a_value, b_kind, b_value, rule, at, reason, a_person_id, b_person_id
FROM identity_quarantine_by_run
WHERE run_id = {previous_run:UInt64}
  AND (a_person_id NOT IN changed OR (a_kind, a_value) IN junk)
  AND (b_person_id NOT IN changed OR (b_kind, b_value) IN junk)
  AND NOT ((a_kind, a_value) IN junk AND (b_kind, b_value) IN junk)
  AND (a_kind, a_value, b_kind, b_value, rule) NOT IN
      (SELECT a_kind, a_value, b_kind, b_value, rule FROM identity_quarantine_by_run WHERE run_id = {run_id:UInt64})

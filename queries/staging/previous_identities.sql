-- Which identifier belonged to which person in the published run: all of them, or, in a run that builds on that one, those
-- of the people it recomputes.
SELECT id_kind, id_value, person_id, first_seen_at, rule, claims, junk
FROM person_identities
WHERE {previous_run:UInt64} = 0
   OR person_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person')
ORDER BY id_kind, id_value

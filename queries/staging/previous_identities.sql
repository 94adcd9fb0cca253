-- Which identifier belonged to which person in the published run.
SELECT id_kind, id_value, person_id, first_seen_at, rule
FROM person_identities
ORDER BY id_kind, id_value

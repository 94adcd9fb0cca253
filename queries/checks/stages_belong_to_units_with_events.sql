-- Whoever entered a stage has an event left: nothing stays of a unit that has none.
SELECT DISTINCT unit_kind, unit_id
FROM stages
WHERE (unit_kind = 'person' AND unit_id NOT IN (SELECT person_id FROM person_events))
   OR (unit_kind = 'account' AND unit_id NOT IN (SELECT account_id FROM person_events))
ORDER BY unit_kind, unit_id

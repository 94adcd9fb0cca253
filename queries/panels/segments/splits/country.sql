-- Each person's country, where it is known; accounts have none.
SELECT person_id AS unit_id, toString(country) AS value
FROM persons
WHERE {unit_kind:String} = 'person' AND country != ''

-- A CRM's deal that names neither a contact nor an account: it counts as a unit of its own, which nobody's journey leads to.
SELECT p.person_id AS unit_id, i.id_value AS deal, p.events AS events
FROM (SELECT person_id, events FROM persons WHERE record = 'deal' AND account_id = '') AS p
LEFT JOIN person_identities AS i ON i.person_id = p.person_id
ORDER BY deal

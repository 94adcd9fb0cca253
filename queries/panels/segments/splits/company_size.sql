-- The size of each unit's company, where it is known.
SELECT if({unit_kind:String} = 'person', p.person_id, a.account_id) AS unit_id,
    multiIf(a.employees < 10, 'below 10', a.employees < 50, '10 to 49', a.employees < 250, '50 to 249', a.employees < 1000, '250 to 999', '1000 and more') AS value
FROM accounts AS a
INNER JOIN persons AS p ON p.account_id = a.account_id
WHERE a.account_id != '' AND a.employees > 0

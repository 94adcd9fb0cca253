-- Each unit's plan, for those that have one. This stands within offers.sql and members.sql, as its neighbours do: rows of unit_id
-- and value, without UNION, which ClickHouse refuses in conditions; a unit may come twice.
SELECT if({unit_kind:String} = 'person', p.person_id, a.account_id) AS unit_id, toString(a.plan) AS value
FROM accounts AS a
INNER JOIN persons AS p ON p.account_id = a.account_id
WHERE a.account_id != '' AND a.plan != ''

-- The accounts to evaluate, in the order of their signals. An account is junk only if all its members are, for one reason
-- at least. With every_version, not those of one run but all that the view `accounts` shows.
SELECT
    a.account_id AS unit_id,
    a.account_id AS account_id,
    '' AS email,
    if(m.members > 0 AND m.junk = m.members, m.reason, '') AS junk_reason
FROM (SELECT account_id FROM {accounts:Identifier} WHERE {every_version:Bool} OR run_id = {run_id:UInt64}) AS a
LEFT JOIN
(
    SELECT account_id, count() AS members, countIf(junk_reason != '') AS junk, max(junk_reason) AS reason
    FROM persons_at(run = {run_id:UInt64})
    WHERE account_id != '' AND record = ''
      AND ({previous_run:UInt64} = 0
           OR account_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'account'))
    GROUP BY account_id
) AS m ON m.account_id = a.account_id
ORDER BY unit_id

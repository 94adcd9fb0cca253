-- Accounts to choose from, the most advanced first; the id, then the name.
SELECT
    a.account_id AS value,
    if(a.name = '' OR a.name = a.account_id, a.account_id, concat(a.name, ' (', a.account_id, ')')) AS text
FROM accounts AS a
LEFT JOIN
(
    SELECT unit_id, max(indexOf(['inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity'], toString(stage))) AS rank
    FROM stages
    WHERE unit_kind = 'account' AND left_at IS NULL AND junk_reason = ''
    GROUP BY unit_id
) AS s ON s.unit_id = a.account_id
ORDER BY s.rank DESC, a.last_seen_at DESC, a.account_id
LIMIT 5000

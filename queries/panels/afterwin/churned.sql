-- Customers who left in the period, the latest first.
WITH
    names AS
    (
        SELECT person_id AS unit_id, if(email = '', user_id, email) AS name, account_id FROM persons WHERE ${unit_kind:sqlstring} = 'person'
        UNION ALL
        SELECT account_id AS unit_id, name, account_id FROM accounts WHERE ${unit_kind:sqlstring} = 'account'
    )
SELECT
    c.entered_at AS "Left",
    if(n.name = '', c.unit_id, n.name) AS "Customer",
    n.account_id AS "Account",
    replaceAll(c.reason, '_', ' ') AS "Why",
    if(c.left_at IS NULL, 'no', 'yes') AS "Came back"
FROM stages AS c
LEFT JOIN names AS n ON n.unit_id = c.unit_id
WHERE c.unit_kind = ${unit_kind:sqlstring} AND c.junk_reason = '' AND c.stage = 'churned' AND $__timeFilter_ms(c.entered_at)
ORDER BY c.entered_at DESC, c.unit_id
LIMIT 200

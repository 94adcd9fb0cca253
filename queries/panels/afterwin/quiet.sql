-- Customers who have not been seen for two weeks at the end of observation, those who were silent longest last: a churn that
-- may yet be prevented.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    customers AS
    (
        SELECT unit_id, max(entered_at) AS since, argMax(toString(stage), entered_at) AS latest
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND left_at IS NULL AND stage IN ('won', 'retained', 'expanded')
        GROUP BY unit_id
    ),
    names AS
    (
        SELECT person_id AS unit_id, if(email = '', user_id, email) AS name, account_id, last_seen_at FROM persons WHERE ${unit_kind:sqlstring} = 'person'
        UNION ALL
        SELECT account_id AS unit_id, name, account_id, last_seen_at FROM accounts WHERE ${unit_kind:sqlstring} = 'account'
    )
SELECT
    if(n.name = '', c.unit_id, n.name) AS "Customer",
    n.account_id AS "Account",
    c.latest AS "Stage",
    dateDiff('second', n.last_seen_at, until) / 86400 AS "Days silent",
    n.last_seen_at AS "Last seen",
    c.since AS "In this stage since"
FROM customers AS c
INNER JOIN names AS n ON n.unit_id = c.unit_id
WHERE n.last_seen_at < until - INTERVAL 14 DAY
ORDER BY n.last_seen_at DESC, c.unit_id
LIMIT 100

-- Open deals of customers: what may expand or renew them, the largest first.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    customers AS
    (
        SELECT unit_id, argMaxIf(toString(stage), entered_at, left_at IS NULL AND stage IN ('won', 'retained', 'expanded')) AS latest,
            minIf(entered_at, stage = 'won') AS won_at,
            arrayFirst(r -> r.1 < won_at, arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('pql', 'cql', 'mql')))).3 AS route
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won', 'retained', 'expanded')
        GROUP BY unit_id
        HAVING latest != ''
    ),
    names AS
    (
        SELECT person_id AS unit_id, if(email = '', user_id, email) AS name, account_id, last_seen_at FROM persons WHERE ${unit_kind:sqlstring} = 'person'
        UNION ALL
        SELECT account_id AS unit_id, name, account_id, last_seen_at FROM accounts WHERE ${unit_kind:sqlstring} = 'account'
    )
SELECT
    if(n.name = '', d.unit_id, n.name) AS "Customer",
    n.account_id AS "Account",
    if(d.sort = '', 'not told', toString(d.sort)) AS "Sort of deal",
    if(d.expected = 0, NULL, toFloat64(d.expected)) AS "Expected",
    toString(d.currency) AS "Currency",
    d.began_at AS "Open since",
    dateDiff('second', d.began_at, until) / 86400 AS "Days open",
    c.latest AS "Stage",
    if(c.route = '', 'never qualified', c.route) AS "First qualified by",
    n.last_seen_at AS "Last seen"
FROM deals AS d
INNER JOIN customers AS c ON c.unit_id = d.unit_id
LEFT JOIN names AS n ON n.unit_id = d.unit_id
WHERE d.unit_kind = ${unit_kind:sqlstring} AND d.junk_reason = '' AND d.outcome = 'open' AND d.of_customer
ORDER BY d.expected DESC, d.began_at, d.unit_id, d.deal
LIMIT 200

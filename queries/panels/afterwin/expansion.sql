-- Money that customers of each route added after the win, and gave back or took away, in the period, as billing told.
WITH
    first_routes AS
    (
        SELECT unit_id, minIf(entered_at, stage = 'won') AS won_at,
            arrayFirst(r -> r.1 < won_at, arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('pql', 'cql', 'mql')))).3 AS route
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won')
        GROUP BY unit_id
        HAVING countIf(stage = 'won') > 0
    ),
    paid AS
    (
        SELECT if(${unit_kind:sqlstring} = 'account', account_id, person_id) AS unit_id, toString(meaning) AS meaning, toString(currency) AS currency, toFloat64(value) AS amount
        FROM person_events
        WHERE meaning IN ('subscription_started', 'subscription_renewed', 'subscription_upgraded') AND $__timeFilter_ms(event_ts)
    )
SELECT
    if(r.route = '', 'never qualified', r.route) AS "First qualified by",
    p.currency AS "Currency",
    uniqExact(p.unit_id) AS "Paying",
    sumIf(p.amount, p.meaning = 'subscription_started' AND p.amount > 0) AS "Started",
    sumIf(p.amount, p.meaning = 'subscription_renewed' AND p.amount > 0) AS "Renewed",
    sumIf(p.amount, p.meaning = 'subscription_upgraded' AND p.amount > 0) AS "Added",
    sumIf(p.amount, p.amount < 0) AS "Refunded",
    if("Started" + "Renewed" = 0, NULL, "Added" / ("Started" + "Renewed")) AS "Added, share"
FROM paid AS p
INNER JOIN first_routes AS r ON r.unit_id = p.unit_id
GROUP BY r.route, p.currency
ORDER BY "Started" + "Renewed" DESC, "First qualified by", "Currency"

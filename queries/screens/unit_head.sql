-- Who a unit is, and where it stands: one row.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    (
        SELECT arrayStringConcat(groupArray(s), ', ')
        FROM
        (
            SELECT concat(toString(stage), ' since ', toString(toDate(entered_at))) AS s
            FROM stages
            WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String} AND left_at IS NULL
            ORDER BY entered_at, stage
        )
    ) AS standing,
    (
        SELECT (toString(any(origin)), toString(any(origin_reason)), any(origin_event_id))
        FROM stages
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    ) AS came,
    (
        SELECT sum(points * if(half_life_days = 0, 1, exp2(-dateDiff('second', event_ts, until) / 86400 / half_life_days)))
        FROM score_ledger
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    ) AS points,
    (
        SELECT concat('known by ', arrayStringConcat(groupArray(concat(toString(n), ' ', noun, if(n = 1, '', if(noun = 'address', 'es', 's')))), ', '))
        FROM
        (
            SELECT transform(toString(id_kind), ['anonymous', 'user', 'email'], ['device', 'user id', 'address'], toString(id_kind)) AS noun, count() AS n
            FROM person_identities
            WHERE {unit_kind:String} = 'person' AND person_id = {unit_id:String}
            GROUP BY id_kind
            ORDER BY id_kind
        )
        HAVING count() > 0
    ) AS identifiers
SELECT
    name, account, ifNull(identifiers, '') AS known, junk_reason AS junk, first_seen_at AS first_seen, last_seen_at AS last_seen, ifNull(standing, '') AS stages, toFloat64(ifNull(points, 0)) AS score,
    came.1 AS origin, came.2 AS origin_reason, came.3 AS origin_event
FROM
(
    SELECT if(email = '', user_id, email) AS name, account_id AS account, toString(junk_reason) AS junk_reason, first_seen_at, last_seen_at
    FROM persons
    WHERE {unit_kind:String} = 'person' AND person_id = {unit_id:String}
    UNION ALL
    SELECT name, concat(toString(members), if(members = 1, ' member', ' members')) AS account, '' AS junk_reason, first_seen_at, last_seen_at
    FROM accounts
    WHERE {unit_kind:String} = 'account' AND account_id = {unit_id:String}
)

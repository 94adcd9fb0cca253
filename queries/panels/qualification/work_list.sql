-- Who to call now, and why: units that hold a route and that sales has not taken, and those in nurture whose day to be asked
-- again has come. The likeliest first: by the win rate that the definitions they met have shown, then by score.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    rates AS
    (
        SELECT definition, definition_hash, max(if(precision_total = 0, 0, precision)) AS win_rate
        FROM quality_definitions
        WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND cohort = ''
        GROUP BY definition, definition_hash
    ),
    positions AS
    (
        SELECT unit_id,
            max(stage != 'nurture') AS taken, max(stage = 'nurture') AS resting
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND left_at IS NULL
            AND stage IN ('sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'disqualified', 'nurture')
        GROUP BY unit_id
    ),
    routes AS
    (
        SELECT s.unit_id AS unit_id, max(s.entered_at) AS since, max(r.win_rate) AS win_rate,
            arrayStringConcat(arraySort(groupUniqArray(upper(toString(s.stage)))), ', ') AS route,
            argMax(s.owner, (r.win_rate, s.entered_at)) AS owner, argMax(s.reason, (r.win_rate, s.entered_at)) AS why
        FROM stages AS s
        LEFT JOIN rates AS r ON r.definition = s.via_definition AND r.definition_hash = s.definition_hash
        WHERE s.unit_kind = ${unit_kind:sqlstring} AND s.junk_reason = '' AND s.stage IN ('mql', 'pql', 'cql') AND s.left_at IS NULL
        GROUP BY unit_id
    ),
    due AS
    (
        SELECT unit_id, max(revisit_at) AS since, 0. AS win_rate, 'nurture' AS route, 'sdr' AS owner,
            concat('to be asked again since ', toString(toDate(assumeNotNull(since))), ', BANT ', toString(argMax(score, answered_at))) AS why
        FROM bant_answers
        WHERE unit_kind = ${unit_kind:sqlstring}
        GROUP BY unit_id
        HAVING since <= until
    ),
    listed AS
    (
        SELECT w.unit_id AS unit_id, w.since AS since, w.win_rate AS win_rate, w.route AS route, w.owner AS owner, w.why AS why
        FROM (SELECT *, 0 AS needs_rest FROM routes UNION ALL SELECT *, 1 AS needs_rest FROM due) AS w
        LEFT JOIN positions AS p ON p.unit_id = w.unit_id
        WHERE NOT p.taken AND p.resting >= w.needs_rest
    ),
    scores AS
    (
        SELECT unit_id, sum(points * if(half_life_days = 0, 1, exp2(-dateDiff('second', event_ts, until) / 86400 / half_life_days))) AS score
        FROM score_ledger
        WHERE unit_kind = ${unit_kind:sqlstring} AND unit_id IN (SELECT unit_id FROM listed)
        GROUP BY unit_id
    ),
    quotes AS
    (
        SELECT unit_id, argMax(quote, (level, message_ts, message_id)) AS quote
        FROM conversation_leads
        WHERE unit_kind = ${unit_kind:sqlstring} AND level > 0
        GROUP BY unit_id
    ),
    names AS
    (
        SELECT person_id AS unit_id, if(email = '', user_id, email) AS name, last_seen_at FROM persons WHERE ${unit_kind:sqlstring} = 'person'
        UNION ALL
        SELECT account_id AS unit_id, name, last_seen_at FROM accounts WHERE ${unit_kind:sqlstring} = 'account'
    )
SELECT
    if(n.name = '', l.unit_id, n.name) AS "Who",
    l.unit_id AS "Id",
    l.route AS "Qualified by",
    if(l.win_rate = 0, NULL, l.win_rate) AS "Such units win",
    s.score AS "Score now",
    replaceAll(trimRight(replaceRegexpOne(l.why, '[:,]?\\s*[“"].*$', '')), '_', ' ') AS "Why",
    q.quote AS "In their words",
    dateDiff('hour', l.since, until) / 24 AS "Days waiting",
    n.last_seen_at AS "Last seen",
    if(l.owner IN ('sdr', 'ae'), upper(l.owner), l.owner) AS "Owner"
FROM listed AS l
LEFT JOIN scores AS s ON s.unit_id = l.unit_id
LEFT JOIN quotes AS q ON q.unit_id = l.unit_id
LEFT JOIN names AS n ON n.unit_id = l.unit_id
ORDER BY l.win_rate DESC, s.score DESC, l.since DESC, l.unit_id
LIMIT 200

-- Accounts that a person should look at, the most advanced and the warmest first: those in a stage on the way to a win, and
-- those of whom a request is not answered. What to do next follows from what is true of them at the end of observation.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    ['inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'nurture'] AS ways,
    positions AS
    (
        SELECT unit_id,
            arraySort(groupUniqArray(toString(stage))) AS current,
            max(indexOf(['inquiry', 'nurture', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity'], toString(stage))) AS rank,
            maxIf(entered_at, stage IN ways) AS since
        FROM stages
        WHERE unit_kind = 'account' AND junk_reason = '' AND left_at IS NULL
        GROUP BY unit_id
    ),
    waiting AS
    (
        SELECT unit_id, count() AS requests, min(requested_at) AS since
        FROM requests
        WHERE unit_kind = 'account' AND junk_reason = '' AND status = 'waiting'
        GROUP BY unit_id
    ),
    scores AS
    (
        SELECT unit_id, sum(points * if(half_life_days = 0, 1, exp2(-greatest(0, dateDiff('second', event_ts, until)) / 86400 / half_life_days))) AS score
        FROM score_ledger
        WHERE unit_kind = 'account'
        GROUP BY unit_id
    ),
    graded AS
    (
        SELECT unit_id, argMax(toString(grade), entered_at) AS grade
        FROM grades
        WHERE unit_kind = 'account' AND left_at IS NULL
        GROUP BY unit_id
    ),
    revisits AS
    (
        SELECT unit_id, argMax(revisit_at, answered_at) AS due
        FROM bant_answers
        WHERE unit_kind = 'account'
        GROUP BY unit_id
    )
SELECT
    if(a.name = '', a.account_id, a.name) AS "Account",
    a.account_id AS "Id",
    arrayStringConcat(arrayMap(s -> if(s IN ('mql', 'pql', 'cql', 'sal', 'sql'), upper(s), s), p.current), ', ') AS "Stages",
    g.grade AS "Grade",
    s.score AS "Score now",
    a.members AS "People",
    a.last_seen_at AS "Last seen",
    if(w.requests = 0, NULL, w.requests) AS "Open requests",
    multiIf(
        w.requests > 0, 'answer the request',
        has(p.current, 'opportunity'), 'move the deal',
        has(p.current, 'sql') OR has(p.current, 'sal'), 'sales works on it',
        has(p.current, 'cql'), 'call: they asked to buy',
        has(p.current, 'pql') OR has(p.current, 'mql'), 'call: qualified, nobody has taken it',
        r.due IS NOT NULL AND r.due <= until, 'ask again: the day has come',
        has(p.current, 'nurture'), 'keep in touch',
        'watch') AS "Next step",
    dateDiff('second', if(w.requests > 0, w.since, p.since), until) / 86400 AS "Days waiting"
FROM positions AS p
INNER JOIN accounts AS a ON a.account_id = p.unit_id
LEFT JOIN waiting AS w ON w.unit_id = p.unit_id
LEFT JOIN scores AS s ON s.unit_id = p.unit_id
LEFT JOIN graded AS g ON g.unit_id = p.unit_id
LEFT JOIN revisits AS r ON r.unit_id = p.unit_id
WHERE hasAny(p.current, ways) AND (w.requests > 0 OR NOT hasAny(p.current, ['won', 'retained', 'expanded', 'disqualified']))
ORDER BY w.requests > 0 DESC, p.rank DESC, s.score DESC, a.account_id
LIMIT 200

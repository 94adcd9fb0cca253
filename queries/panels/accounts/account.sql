-- One account in figures: one row.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    (
        SELECT arrayStringConcat(arraySort(groupUniqArray(if(stage IN ('mql', 'pql', 'cql', 'sal', 'sql'), upper(toString(stage)), toString(stage)))), ', ')
        FROM stages
        WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring} AND left_at IS NULL
    ) AS current,
    (
        SELECT sum(points * if(half_life_days = 0, 1, exp2(-greatest(0, dateDiff('second', event_ts, until)) / 86400 / half_life_days)))
        FROM score_ledger
        WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring}
    ) AS score,
    (SELECT argMax(toString(grade), entered_at) FROM grades WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring} AND left_at IS NULL) AS grade,
    (SELECT (count(), countIf(last_seen_at > until - INTERVAL 30 DAY)) FROM persons WHERE account_id = ${account:sqlstring}) AS people
SELECT
    if(a.name = '', a.account_id, a.name) AS "Account",
    if(current = '', '–', current) AS "Stages",
    if(grade = '', '–', grade) AS "Grade",
    score AS "Score now",
    people.1 AS "People",
    people.2 AS "Seen in 30 days",
    dateDiff('second', a.last_seen_at, until) / 86400 AS "Days since last seen",
    if(a.plan = '', '–', toString(a.plan)) AS "Plan",
    if(a.employees = 0, NULL, a.employees) AS "Employees"
FROM accounts AS a
WHERE a.account_id = ${account:sqlstring}

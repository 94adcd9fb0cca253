-- What is to be done about one account, why, since when and by whom; the most urgent first. Each line is a rule on what is
-- true at the end of observation.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    held AS
    (
        SELECT toString(stage) AS stage, max(entered_at) AS since, argMax(owner, entered_at) AS owner, argMax(reason, entered_at) AS why
        FROM stages
        WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring} AND left_at IS NULL
        GROUP BY stage
    ),
    (SELECT groupArray(stage) FROM held) AS stages_held,
    advice AS
    (
        SELECT 1 AS urgency, 'Answer the request' AS step, concat(toString(request), ' of ', toString(toDate(requested_at)), ' has no reply') AS why, requested_at AS since, toString(owner) AS owner
        FROM requests
        WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring} AND status = 'waiting'
        UNION ALL
        SELECT transform(stage, ['opportunity', 'cql', 'pql', 'mql', 'sql', 'sal', 'nurture', 'won'], [3, 2, 4, 5, 6, 7, 9, 10], 0) AS urgency,
            transform(stage, ['opportunity', 'cql', 'pql', 'mql', 'sql', 'sal', 'nurture', 'won'],
                ['Move the deal', 'Call: they asked to buy', 'Call: they use the product like buyers', 'Call: their score says so', 'Make it an opportunity or let it go', 'Find out whether they are ready', 'Keep in touch', 'See that they succeed'], '') AS step,
            replaceAll(why, '_', ' ') AS why, since, toString(owner) AS owner
        FROM held
        WHERE urgency > 0
            AND NOT (stage IN ('mql', 'pql', 'cql') AND hasAny(stages_held, ['sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'disqualified']))
        UNION ALL
        SELECT 8 AS urgency, 'Ask again: the day has come' AS step, concat('BANT ', toString(score), ', to be asked again ', toString(toDate(assumeNotNull(revisit_at)))) AS why, assumeNotNull(revisit_at) AS since, 'sdr' AS owner
        FROM (SELECT * FROM bant_answers WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring} ORDER BY answered_at DESC LIMIT 1)
        WHERE revisit_at IS NOT NULL AND revisit_at <= until AND has(stages_held, 'nurture')
    )
SELECT
    step AS "Next step",
    why AS "Because",
    dateDiff('second', since, until) / 86400 AS "Days waiting",
    if(owner IN ('sdr', 'ae'), upper(owner), owner) AS "Owner"
FROM advice
ORDER BY urgency, since
LIMIT 20

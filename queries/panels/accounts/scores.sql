-- What the lead score of one account is made of: points by signal, and what is left of them at the end of observation.
WITH (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until
SELECT
    replaceAll(toString(signal), '_', ' ') AS "Signal",
    toString(score) AS "Part",
    count() AS "Times",
    sum(points) AS "Points",
    sum(points * if(half_life_days = 0, 1, exp2(-greatest(0, dateDiff('second', event_ts, until)) / 86400 / half_life_days))) AS "Left now",
    max(event_ts) AS "Last"
FROM score_ledger
WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring}
GROUP BY signal, score
ORDER BY "Left now" DESC, "Signal"
LIMIT 100

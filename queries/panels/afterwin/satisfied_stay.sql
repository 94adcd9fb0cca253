-- Whether what customers answered foretells that they leave: by their first answer to the NPS survey after the win, those who
-- churned within the horizon after it, of those old enough to say.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    toUInt32(${horizon:sqlstring}) AS horizon,
    1.959964 AS z,
    lives AS
    (
        SELECT unit_id, minIf(entered_at, stage = 'won') AS won_at, arraySort(groupArrayIf(entered_at, stage = 'churned')) AS churns
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('won', 'churned')
        GROUP BY unit_id
        HAVING countIf(stage = 'won') > 0
    ),
    answers AS
    (
        SELECT if(${unit_kind:sqlstring} = 'account', account_id, person_id) AS unit_id, event_ts, survey_score AS score
        FROM person_events
        WHERE survey = 'nps' AND isNotNull(survey_score)
    ),
    judged AS
    (
        SELECT l.unit_id AS unit_id, min(a.event_ts) AS answered_at, argMin(assumeNotNull(a.score), a.event_ts) AS score,
            arrayExists(c -> c > answered_at AND c <= answered_at + toIntervalDay(horizon), any(l.churns)) AS churned
        FROM lives AS l
        INNER JOIN answers AS a ON a.unit_id = l.unit_id
        WHERE a.event_ts >= l.won_at AND $__timeFilter_ms(a.event_ts)
        GROUP BY l.unit_id
        HAVING answered_at + toIntervalDay(horizon) <= until
    )
SELECT
    multiIf(score >= 9, 'promoters (9–10)', score > 6, 'passives (7–8)', 'detractors (0–6)') AS "Answered as",
    count() AS "Customers",
    countIf(churned) AS "Left",
    "Left" / "Customers" AS "Left, share",
    ("Left" + z * z / 2 - z * sqrt("Left" * ("Customers" - "Left") / "Customers" + z * z / 4)) / ("Customers" + z * z) AS "from",
    ("Left" + z * z / 2 + z * sqrt("Left" * ("Customers" - "Left") / "Customers" + z * z / 4)) / ("Customers" + z * z) AS "to"
FROM judged
GROUP BY "Answered as"
ORDER BY max(score) DESC

-- The last answers of the units asked in the period, question by question, and the share of each group that won after.
WITH
    last_answers AS
    (
        SELECT unit_id, max(answered_at) AS answered,
            argMax([budget, authority, need, timeline], (answered_at, event_id)) AS answers
        FROM bant_answers
        WHERE unit_kind = ${unit_kind:sqlstring} AND $__timeFilter_ms(answered_at)
        GROUP BY unit_id
    ),
    won AS (SELECT unit_id, min(entered_at) AS at FROM stages WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'won' GROUP BY unit_id),
    asked AS
    (
        SELECT a.unit_id AS unit_id, question, ['budget', 'authority', 'need', 'timeline'][question] AS name, a.answers[question] AS answer,
            w.unit_id != '' AND w.at >= a.answered AS win
        FROM last_answers AS a
        LEFT JOIN won AS w ON w.unit_id = a.unit_id
        ARRAY JOIN [1, 2, 3, 4] AS question
    )
SELECT
    name AS "Question",
    countIf(answer = 1) AS "Good",
    countIf(answer = 0) AS "Bad",
    countIf(answer = -1) AS "Not known",
    if("Good" = 0, NULL, countIf(answer = 1 AND win) / "Good") AS "Won if good",
    if("Bad" = 0, NULL, countIf(answer = 0 AND win) / "Bad") AS "Won if bad",
    if("Not known" = 0, NULL, countIf(answer = -1 AND win) / "Not known") AS "Won if not"
FROM asked
GROUP BY question, name
ORDER BY question

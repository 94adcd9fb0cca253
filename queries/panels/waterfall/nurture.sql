-- The nurture pool: who was sent there in the period and why, who is there at the end of observation, whose day to be asked
-- again has come, and who was asked again.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    sent AS
    (
        SELECT unit_id, entered_at, left_at, trimRight(replaceRegexpOne(reason, '[:,]?\\s*[“"].*$', '')) AS cause
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND stage = 'nurture' AND $__timeFilter_ms(entered_at)
    ),
    asked AS
    (
        SELECT unit_id, groupArray((answered_at, revisit_at)) AS calls
        FROM bant_answers
        WHERE unit_kind = ${unit_kind:sqlstring}
        GROUP BY unit_id
    ),
    visits AS
    (
        SELECT s.unit_id AS unit_id, s.entered_at AS entered_at, s.left_at AS left_at, s.cause AS cause,
            -- The call that sent it may be the very event by which it entered.
            arrayFirst(c -> c.1 <= s.entered_at AND isNotNull(c.2), arrayReverseSort(a.calls)).2 AS due,
            arrayExists(c -> c.1 > s.entered_at AND (s.left_at IS NULL OR c.1 <= s.left_at), a.calls) AS revisited
        FROM sent AS s
        LEFT JOIN asked AS a ON a.unit_id = s.unit_id
    )
SELECT
    if(cause = '', '(no reason given)', replaceAll(cause, '_', ' ')) AS "Sent because",
    count() AS "Entries",
    countIf(left_at IS NULL) AS "There now",
    if("There now" = 0, NULL, quantileExactInclusiveIf(0.5)(dateDiff('second', entered_at, until) / 86400, left_at IS NULL)) AS "Median days so far",
    countIf(isNotNull(due)) AS "With a day to revisit",
    countIf(isNotNull(due) AND due <= until AND left_at IS NULL AND NOT revisited) AS "Overdue",
    countIf(revisited) AS "Asked again",
    countIf(left_at IS NOT NULL) / count() AS "Left the pool"
FROM visits
GROUP BY cause
ORDER BY "Entries" DESC, "Sent because"
LIMIT 30

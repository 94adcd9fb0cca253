-- Days from meeting the definition for the first time, in the period, to the win.
WITH
    first_met AS
    (
        SELECT unit_id, min(met_at) AS met
        FROM qualifications
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND definition = ${definition:sqlstring}
        GROUP BY unit_id
    ),
    won AS (SELECT unit_id, min(entered_at) AS at FROM stages WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'won' GROUP BY unit_id),
    waits AS
    (
        SELECT dateDiff('second', first_met.met, won.at) / 86400 AS days
        FROM first_met
        INNER JOIN won ON won.unit_id = first_met.unit_id
        WHERE won.at > first_met.met AND $__timeFilter_ms(first_met.met)
    )
SELECT
    ['within a day', '1–3 days', '3–7 days', '1–2 weeks', '2–4 weeks', '4–8 weeks', '8–13 weeks', 'later'][bucket] AS "Days to win",
    count() AS "Wins"
FROM (SELECT multiIf(days <= 1, 1, days <= 3, 2, days <= 7, 3, days <= 14, 4, days <= 28, 5, days <= 56, 6, days <= 91, 7, 8) AS bucket FROM waits)
GROUP BY bucket
ORDER BY bucket

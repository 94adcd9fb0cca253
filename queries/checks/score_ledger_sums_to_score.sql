-- The score on a qualification, and the points on a grade, are what the rows of the score ledger up to that instant add up
-- to: each row fades with its half life, and points that decay takes in steps are rows of their own.
--
-- Of events at one millisecond the one that earned points may come before or after; where two of them did, the score is
-- that between them, which the ledger alone does not show: those instants are left out.
WITH
    stated AS
    (
        SELECT unit_kind, unit_id, met_at AS at, definition AS what, score AS stated_score FROM qualifications
        UNION ALL
        SELECT unit_kind, unit_id, entered_at, concat('grade ', grade), fit + engagement FROM grades
    ),
    summed AS
    (
        SELECT
            s.unit_kind AS unit_kind, s.unit_id AS unit_id, s.at AS at, s.what AS what, s.stated_score AS stated_score,
            sumIf(
                l.points * if(l.half_life_days = 0, 1, exp2(-dateDiff('millisecond', l.event_ts, s.at) / (86400000 * l.half_life_days))) AS faded,
                l.event_ts < s.at) AS ledger_score_before,
            sumIf(faded, l.event_ts <= s.at) AS ledger_score,
            uniqExactIf(l.event_id, l.event_ts = s.at) AS events_at_once
        FROM stated AS s
        LEFT JOIN score_ledger AS l ON l.unit_kind = s.unit_kind AND l.unit_id = s.unit_id
        GROUP BY unit_kind, unit_id, at, what, stated_score
    )
SELECT unit_kind, unit_id, at, what, stated_score, ledger_score
FROM summed
WHERE events_at_once <= 1 AND abs(stated_score - ledger_score) > 1e-6 AND abs(stated_score - ledger_score_before) > 1e-6
ORDER BY unit_kind, unit_id, at

-- Wins, linearity and rework of each segment, all units first. Bounds are of 95 % intervals.
SELECT
    if(segment_by = '', 'all', toString(segment_by)) AS "Split by",
    if(segment_by = '', '', if(segment = '', '(none)', segment)) AS "Segment",
    units AS "Units",
    wins AS "Won",
    win_rate AS "Win rate",
    win_rate_low AS "Win ≥",
    win_rate_high AS "Win ≤",
    if(wins = 0 OR linear + skipped + repeated + went_back + entered_late = 0, NULL, linearity_index) AS "Linear",
    if(wins = 0 OR linear + skipped + repeated + went_back + entered_late = 0, NULL, index_low) AS "Linear ≥",
    if(wins = 0 OR linear + skipped + repeated + went_back + entered_late = 0, NULL, index_high) AS "Linear ≤",
    if(wins = 0, NULL, loops_per_win) AS "Loops a win",
    rework_share AS "Rework",
    if(disqualified = 0, NULL, requalified / disqualified) AS "Requalified"
FROM path_segments
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY segment_by, if(segment_by = 'month', segment, ''), units DESC, segment

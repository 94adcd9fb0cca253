-- Where time, volume and lost wins meet, the worst first. Bounds are of 95 % intervals, with the days as seen.
SELECT
    toString(state) AS "State",
    bottleneck AS "Score",
    if(bottleneck_high = 0, NULL, bottleneck_low) AS "Score ≥",
    if(bottleneck_high = 0, NULL, bottleneck_high) AS "Score ≤",
    mean_days AS "Mean days",
    entries AS "Entries",
    win_lost AS "Win lost",
    win_probability AS "Chance to win"
FROM path_bottlenecks
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring} AND segment_by = '' AND bottleneck_rank > 0
ORDER BY bottleneck_rank
LIMIT 25

-- All transitions, the busiest first. Bounds are of 95 % intervals. Where nobody knows when a way began or ended, the edge
-- has no time.
SELECT
    from_state AS "From",
    to_state AS "To",
    transitions AS "Transitions",
    transitions / sum(transitions) OVER (PARTITION BY from_state) AS "Leaving",
    if(share_high = 0, NULL, share_low) AS "Leaving ≥",
    if(share_high = 0, NULL, share_high) AS "Leaving ≤",
    units AS "Units",
    if(from_state = '(start)' OR (to_state IN ('(open)', '(lost)', '(converted)') AND p90_seconds = 0), NULL, median_seconds) AS "Median time",
    if("Median time" IS NULL, NULL, p90_seconds) AS "90 % within",
    conversion_rate AS "Won later",
    if(conversion_high = 0, NULL, conversion_low) AS "Won ≥",
    if(conversion_high = 0, NULL, conversion_high) AS "Won ≤"
FROM path_transitions
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY "Transitions" DESC, "From", "To"

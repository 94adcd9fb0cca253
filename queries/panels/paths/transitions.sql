-- All transitions, the busiest first.
SELECT
    from_state AS "From",
    to_state AS "To",
    transitions AS "Transitions",
    transitions / sum(transitions) OVER (PARTITION BY from_state) AS "Of those leaving",
    units AS "Units",
    median_seconds AS "Median time",
    p90_seconds AS "90 % within",
    conversion_rate AS "Converted later"
FROM path_transitions
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY "Transitions" DESC, "From", "To"

-- Probability ever to come to a state from another, by the absorbing chain; for the ends, to end there.
WITH
    ['(start)', 'suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn
SELECT
    toString(from_state) AS from_state,
    toString(to_state) AS to_state,
    probability
FROM path_expectations
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY
    indexOf(drawn, from_state) = 0, indexOf(drawn, from_state), from_state,
    indexOf(drawn, to_state) = 0, indexOf(drawn, to_state), to_state

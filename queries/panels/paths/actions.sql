-- What winners do and others do not, the surest first.
SELECT
    toString(state) AS "State",
    if(first, 'as their first', 'at any time') AS "When",
    if(won = 0, NULL, winners / won) AS "Winners",
    if(not_won = 0, NULL, losers / not_won) AS "Others",
    difference AS "Difference",
    difference_low AS "At least",
    difference_high AS "At most",
    q_value AS "False findings"
FROM path_actions
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY q_value, abs(difference) DESC, state, first
LIMIT 30

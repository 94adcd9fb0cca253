-- What to expect of each state, by the absorbing chain over all transitions. Bounds are of 95 % intervals.
WITH ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn
SELECT
    toString(state) AS "State",
    units AS "Units",
    entries AS "Entries",
    re_entry_rate AS "Came back",
    expected_visits AS "Visits",
    expected_returns AS "Returns",
    win_probability AS "Chance to win",
    if(win_high = 0, NULL, win_low) AS "Win ≥",
    if(win_high = 0, NULL, win_high) AS "Win ≤",
    expected_steps AS "Steps left",
    expected_days AS "Days left",
    mean_days AS "Mean days"
FROM path_states
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY indexOf(drawn, state) = 0, indexOf(drawn, state), entries DESC, state

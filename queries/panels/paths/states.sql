-- What to expect of each state, by the absorbing chain over all transitions. Bounds are of 95 % intervals.
WITH ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn
SELECT
    toString(state) AS "State",
    units AS "Units",
    entries AS "Entries",
    re_entry_rate AS "Came back",
    expected_visits AS "Expected visits",
    expected_returns AS "Expected returns",
    win_probability AS "Chance to win",
    if(win_high = 0, NULL, win_low) AS "At least",
    if(win_high = 0, NULL, win_high) AS "At most",
    expected_steps AS "Steps to the end",
    expected_days AS "Days to the end",
    mean_days AS "Mean days there"
FROM path_states
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY indexOf(drawn, state) = 0, indexOf(drawn, state), entries DESC, state

-- Where units go next: for each state, the share of its departures that go to each other state.
WITH ['(start)', 'suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified', '(open)'] AS drawn
SELECT
    toString(from_state) AS from_state,
    toString(to_state) AS to_state,
    transitions / sum(transitions) OVER (PARTITION BY from_state) AS share
FROM path_transitions
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
ORDER BY indexOf(drawn, from_state), from_state, indexOf(drawn, to_state), to_state

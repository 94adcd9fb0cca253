-- Where units go next: for each state, the share of its departures that go to each other state. Every pair has a row, so
-- that lines and columns keep the drawn order; NULL where nobody went.
WITH
    ['(start)', 'suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn,
    moves AS
    (
        SELECT toString(from_state) AS from_state, toString(to_state) AS to_state,
            transitions / sum(transitions) OVER (PARTITION BY from_state) AS share
        FROM path_transitions
        WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
    )
SELECT
    origins.state AS from_state,
    targets.state AS to_state,
    if(moves.share > 0, moves.share, NULL) AS share
FROM (SELECT DISTINCT from_state AS state FROM moves) AS origins
CROSS JOIN (SELECT DISTINCT to_state AS state FROM moves) AS targets
LEFT JOIN moves ON moves.from_state = origins.state AND moves.to_state = targets.state
ORDER BY
    indexOf(drawn, origins.state) = 0, indexOf(drawn, origins.state), origins.state,
    indexOf(drawn, targets.state) = 0, indexOf(drawn, targets.state), targets.state

-- How long a stay lasts that has ended: half of them, and nine of ten.
WITH ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn
SELECT
    toString(state) AS "State",
    median_days AS "Half within",
    p90_days AS "90 % within"
FROM path_states
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring} AND p90_days > 0
ORDER BY indexOf(drawn, state) = 0, indexOf(drawn, state), entries DESC, state
LIMIT 20

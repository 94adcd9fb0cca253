-- Nodes of the graph: the states at either end of the busiest transitions.
WITH
    ranked AS
    (
        SELECT toString(from_state) AS from_state, toString(to_state) AS to_state, transitions,
            row_number() OVER (ORDER BY transitions DESC, from_state, to_state) AS place
        FROM path_transitions
        WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
    ),
    shown AS (SELECT * FROM ranked WHERE place <= toUInt32(${edges:sqlstring})),
    ends AS (SELECT from_state AS state, transitions AS departures, 0 AS arrivals FROM shown UNION ALL SELECT to_state AS state, 0 AS departures, transitions AS arrivals FROM shown),
    known AS
    (
        SELECT toString(state) AS state, entries, units, re_entry_rate, win_probability
        FROM path_states
        WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
    )
SELECT
    ends.state AS id,
    ends.state AS title,
    if(any(known.entries) > 0, concat(toString(round(100 * any(known.re_entry_rate))), ' % came back'), '') AS subtitle,
    toFloat64(if(any(known.units) > 0, any(known.units), greatest(sum(ends.departures), sum(ends.arrivals)))) AS mainstat,
    if(any(known.units) > 0, any(known.win_probability), NULL) AS secondarystat,
    -- From nearly white to dark blue by the chance to win; grey where a node is no state.
    least(1., greatest(0., any(known.win_probability))) AS won,
    if(any(known.units) > 0,
        concat('#', hex(toUInt8(round(222 - 214 * won))), hex(toUInt8(round(235 - 154 * won))), hex(toUInt8(round(247 - 91 * won)))),
        '#C8C8C8') AS color
FROM ends
LEFT JOIN known ON known.state = ends.state
GROUP BY ends.state
ORDER BY indexOf(['(start)', 'suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won'], id), id

-- Edges of the graph: the busiest transitions, loops and returns included, the thicker the more units took them. Vermillion edges go back in the drawn order.
WITH
    ['(start)', 'suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded'] AS drawn,
    ranked AS
    (
        SELECT toString(from_state) AS from_state, toString(to_state) AS to_state, transitions, units, conversion_rate,
            if(from_state = '(start)' OR (to_state IN ('(open)', '(lost)', '(converted)') AND p90_seconds = 0), NULL, median_seconds) AS known_median,
            row_number() OVER (ORDER BY transitions DESC, from_state, to_state) AS place,
            max(units) OVER () AS most
        FROM path_transitions
        WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
    )
SELECT
    concat(from_state, ' → ', to_state) AS id,
    from_state AS source,
    to_state AS target,
    toFloat64(transitions) AS mainstat,
    round(known_median / 86400, 2) AS secondarystat,
    1 + 7 * sqrt(units / most) AS thickness,
    multiIf(from_state = to_state, '#E69F00', has(drawn, to_state) AND indexOf(drawn, to_state) < indexOf(drawn, from_state), '#D55E00', '#8C8C8C') AS color,
    units AS detail__units,
    round(100 * conversion_rate, 1) AS detail__converted_percent
FROM ranked
WHERE place <= toUInt32(${edges:sqlstring})
ORDER BY place
